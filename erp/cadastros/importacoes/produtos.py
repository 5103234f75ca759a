"""Products by spreadsheet: found by `codigo`, made when new; an empty cell or an absent column changes nothing."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from auditoria.sensivel import sensivel
from auditoria.services import ator_usuario, registrar
from erp.cadastros.models import Produto
from erp.cadastros.planilhas import celulas
from erp.cadastros.planilhas.importacao import Coluna, Contexto, Erros, ImportacaoDePlanilha, Linha, Previa

_BARRAS = frozenset({4, 5, 6, 7, 8, 12, 13, 14})
_PADROES: dict[str, Any] = {
    "codigo_barras": "", "unidade": "UN", "ncm": "", "preco": Decimal(0), "controla_estoque": True, "ativo": True,
}  # fmt: skip
_CAMPOS = ("descricao", *_PADROES)


class ImportacaoDeProdutos(ImportacaoDePlanilha):
    colunas = (
        Coluna("codigo", celulas.inteiro(1, 2**63 - 1), "O código que o PDV usa.", True, ("código", "id_produto", "cod")),
        Coluna("descricao", celulas.texto(120), "Obrigatória em produto novo.", apelidos=("descrição", "nome", "produto")),
        Coluna(
            "codigo_barras", celulas.digitos(_BARRAS), "EAN/GTIN, só números.",
            apelidos=("código de barras", "gtin", "ean", "barras"),
        ),
        Coluna("unidade", lambda c: celulas.texto(6)(c).upper(), "UN, KG, CX… Em branco: UN.", apelidos=("un", "und")),
        Coluna("ncm", celulas.digitos(frozenset({8})), "8 números."),
        Coluna("preco", celulas.decimal(2), "Como 12,90.", apelidos=("preço", "preço de venda", "valor")),
        Coluna("controla_estoque", celulas.sim_ou_nao, "sim ou não. Em branco: sim.", apelidos=("estoque",)),
        Coluna("ativo", celulas.sim_ou_nao, "sim ou não. Em branco: sim."),
    )  # fmt: skip
    chave = ("codigo",)
    titulos = ("código", "descrição", "código de barras", "unidade", "NCM", "preço", "controla estoque", "ativo")

    def conferir(self, linhas: Sequence[Linha], erros: Erros, contexto: Contexto) -> list[Previa]:
        gravados = _gravados([linha.valores["codigo"] for linha in linhas], travar=not contexto.simulado)
        self._a_gravar: list[Produto] = []
        self._novos = 0
        previas = []
        for linha in linhas:
            codigo = linha.valores["codigo"]
            antes = gravados.get(codigo)
            if antes is None and "descricao" not in linha.valores:
                erros.anotar(linha.numero, f"descricao: o produto {codigo} é novo e precisa de descrição.")
                continue
            depois = {**(antes or _PADROES), **{k: v for k, v in linha.valores.items() if k != "codigo"}}
            if antes != depois:
                self._a_gravar.append(Produto(codigo=codigo, **depois))
                self._novos += antes is None
            tipo = "new" if antes is None else "update" if antes != depois else "skip"
            previas.append(Previa(linha.numero, tipo, [str(codigo), *_celulas(antes, depois)]))  # type: ignore[arg-type]  # a literal each
        return previas

    @sensivel("cadastros.produtos_importados")
    def gravar(self, contexto: Contexto) -> None:
        if not self._a_gravar:
            return
        gravar_produtos(self._a_gravar)
        registrar(
            acao="cadastros.produtos_importados",
            ator=ator_usuario(contexto.usuario),
            objeto="cadastros.produto",
            depois={
                "arquivo": contexto.arquivo,
                "novos": self._novos,
                "alterados": len(self._a_gravar) - self._novos,
            },
        )


def gravar_produtos(produtos: Sequence[Produto]) -> None:
    """Insert or update by `codigo`, in order of `codigo` so that two imports at once do not deadlock."""
    Produto.objects.bulk_create(
        sorted(produtos, key=lambda produto: produto.codigo),
        batch_size=2000,
        update_conflicts=True,
        unique_fields=["codigo"],
        update_fields=list(_CAMPOS),
    )


def _gravados(codigos: list[int], *, travar: bool) -> dict[int, dict[str, Any]]:
    consulta = Produto.objects.filter(codigo__in=codigos).order_by("codigo")
    if travar:
        consulta = consulta.select_for_update()
    return {
        codigo: dict(zip(_CAMPOS, valores, strict=True))
        for codigo, *valores in consulta.values_list("codigo", *_CAMPOS)
    }


def _celulas(antes: Mapping[str, Any] | None, depois: Mapping[str, Any]) -> list[str]:
    return [
        _texto(depois[campo])
        if antes is None or antes[campo] == depois[campo]
        else f"{_texto(antes[campo]) or '(vazio)'} → {_texto(depois[campo])}"
        for campo in _CAMPOS
    ]


def _texto(valor: object) -> str:
    if isinstance(valor, bool):
        return "sim" if valor else "não"
    return str(valor).replace(".", ",") if isinstance(valor, Decimal) else str(valor)
