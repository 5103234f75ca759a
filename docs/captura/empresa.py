"""A company with a day behind it: three tills that sold, errors, and what people did. Import it once Django is set up."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from django.contrib.auth.models import Group, User
from django.db import connection
from django.utils import timezone

from auditoria.services import ATOR_SISTEMA
from captura.ambiente import RAIZ, SENHA, USUARIO
from captura.fila import encher_a_fila
from clientes.models import Cliente
from clientes.services import gravar_cliente
from erp.acesso.services.chaves import criar_chave
from erp.cadastros.exemplo import carregar_exemplo, carregar_produtos
from erp.cadastros.models import Filial, PontoVenda
from erp.financeiro.models import Titulo
from pdv.conferencia.models import DiaConferido
from pdv.conferencia.services import recalcular_tocados
from pdv.processamento.atos.replicar_de_novo import replicar_de_novo
from pdv.processamento.atos.services import ignorar, reprocessar
from pdv.processamento.models import Alvo
from pdv.processamento.reprocesso import services as reprocesso
from pdv.processamento.reprocesso.worker import trabalhar as trabalhar_em_massa
from pdv.processamento.services import drenar_tudo
from pdv.replicacao.armazem import conteudos_gravados
from pdv.replicacao.diferencas import como_dicionario
from pdv.replicacao.models import Divergencia, NotaFiscal, OperacaoArquivada, OperacaoPdv, Rejeicao, Turno
from pdv.terminal.catalogo import catalogo

PRODUTOS_FORA = (7, 12)  # not registered: their sales show as errors
PRODUTOS = 60
CLIENTES = (  # invented; the third document does not check, as the list shows
    ("ANA BEATRIZ DE SOUZA", "52998224725", "Belo Horizonte"),
    ("COMERCIAL TRÊS IRMÃOS LTDA", "11222333000181", "Contagem"),
    ("JOSÉ ANTÔNIO DA SILVA", "11111111112", "Betim"),
    ("MARIA DAS DORES", "16899535009", "Belo Horizonte"),
)


def cadastrar() -> list[tuple[int, str]]:
    """The company, its products less two, Ana the manager; returns (till, key)."""
    carregar_exemplo(filiais=2, pontos_venda=3)
    carregar_produtos(p for p in catalogo(PRODUTOS) if p.codigo not in PRODUTOS_FORA)
    ana = User.objects.create_user(USUARIO, password=SENHA, is_staff=True, is_superuser=True, first_name="Ana")
    ana.groups.add(Group.objects.get(name="gerente"))
    for nome, documento, cidade in CLIENTES:
        cliente = Cliente(
            codigo_cliente=documento, cliente_varejo=nome, cpf_cgc=documento, pf_pj=int(len(documento) == 11),
            filial=Filial.objects.order_by("codigo")[0].nome, cidade=cidade, uf="MG", ddd_celular="31", celular="988887777",
        )  # fmt: skip
        gravar_cliente(cliente, novo=True, usuario=ana)
    return [
        (p.codigo, criar_chave(nome=f"Chave do {p.nome}", escopos=["pdv"], ponto_venda_id=p.pk, ator=ATOR_SISTEMA)[1])
        for p in PontoVenda.objects.order_by("codigo")
    ]


def vender(url: str, chaves: list[tuple[int, str]]) -> None:
    """Each till, with a database of its own, sells a day and replicates it over HTTP."""
    pasta = Path(os.environ["RETAGUARDA_DADOS"])
    hoje = timezone.localdate().isoformat()
    for codigo, chave in chaves:
        ambiente = os.environ | {
            "TERMINAL_DATABASE_URL": f"sqlite:///{pasta / f'pdv{codigo}.sqlite3'}",
            "PDV_CHAVE": chave,
        }
        simular = ["pdv_simular", "--operacoes", "60", "--ponto-venda", str(codigo), "--inicio", hoje]
        simular += ["--produtos", str(PRODUTOS), "--erros", "3"]
        for argumentos in (simular, ["pdv_replicar", "--url", url]):
            comando = [sys.executable, str(RAIZ / "manage.py"), *argumentos]
            subprocess.run(comando, check=True, env=ambiente, stdout=subprocess.DEVNULL)


def trabalhar() -> dict[str, Any]:
    """Process, mend, reprocess, ignore, settle; leave some of everything. Returns the ids that the pictures show."""
    drenar_tudo()
    ana = User.objects.get(username=USUARIO)
    vendas = OperacaoPdv.objects.filter(operacao=1)
    feita = vendas.filter(situacao_replicacao=9).order_by("id")[5]
    com_erro = vendas.filter(situacao_replicacao=2).order_by("id")
    ignorada = com_erro.last()
    reprocessar(alvo=Alvo.OPERACAO, ids=[feita.pk], motivo="Condição do cartão corrigida", usuario=ana)
    drenar_tudo()
    if ignorada is not None:
        ignorar(alvo=Alvo.OPERACAO, ids=[ignorada.pk], motivo="Venda de teste do técnico", usuario=ana)
    divergencia = _divergir(feita)
    pedido = reprocesso.pedir(
        linhas=vendas.filter(situacao_replicacao=9, ponto_venda_id=feita.ponto_venda_id), descricao="Vendas do PDV 1, hoje",
        motivo="Condição do Pix corrigida", usuario=ana,
    )  # fmt: skip
    trabalhar_em_massa()
    pedida = (
        vendas.filter(situacao_replicacao=9, cancelado=False)
        .exclude(ponto_venda_id=feita.ponto_venda_id)
        .order_by("id")[8]
    )
    replicar_de_novo(ids=[pedida.pk], motivo="O cupom da loja mostra outro valor", usuario=ana)
    recalcular_tocados()
    rejeicao = Rejeicao.objects.create(
        ponto_venda_id=feita.ponto_venda_id,
        filial_id=feita.filial_id,
        tipo="operacao",
        identificador="9123",
        codigo="CAMPO_INVALIDO",
        mensagem="itens[2].quantidade_primaria: esperado um número maior que zero, recebido -1",
        conteudo=b'{"id_operacao": 9123, "itens": [{"item": 3, "quantidade_primaria": "-1"}]}',
        ultima_em=timezone.now(),
        vezes=4,
    )
    erro = com_erro.order_by("id").first()  # the ignored one is no longer among them
    return {
        "feita": feita.pk,
        "numero": feita.id_operacao,
        "erro": erro.pk if erro else feita.pk,
        "nota": NotaFiscal.objects.order_by("id").values_list("pk", flat=True)[3],
        "turno": Turno.objects.order_by("id").values_list("pk", flat=True)[0],
        "rejeicao": rejeicao.pk,
        "divergencia": divergencia.pk,
        "reprocesso": pedido.pk,
        "arquivada": OperacaoArquivada.objects.values_list("pk", flat=True)[0],
        "dia": DiaConferido.objects.order_by("ponto_venda__codigo").values_list("pk", flat=True)[0],
        "titulo": Titulo.objects.filter(sentido="R").order_by("id").values_list("pk", flat=True)[0],
        **encher_a_fila(),
    }


def _divergir(feita: OperacaoPdv) -> Divergencia:
    """The till sent the sale again: paid by credit, and with a remark."""
    with connection.cursor() as cursor:
        gravado = conteudos_gravados(cursor, [feita.pk])[feita.pk]
    conteudo: dict[str, Any] = como_dicionario(gravado) | {"cancelado": False}
    pago = conteudo["finalizadores"][0]
    novo = 3 if pago["id_finalizador"] != 3 else 4
    diferencas = [
        {"campo": "finalizadores[1].id_finalizador", "retaguarda": pago["id_finalizador"], "terminal": novo},
        {"campo": "observacao", "retaguarda": conteudo["observacao"], "terminal": "CLIENTE TROCOU O CARTÃO"},
    ]
    pago["id_finalizador"], conteudo["observacao"] = novo, "CLIENTE TROCOU O CARTÃO"
    return Divergencia.objects.create(
        operacao_id=feita.pk, ponto_venda_id=feita.ponto_venda_id, filial_id=feita.filial_id, hash_conteudo=b"\1" * 33,
        conteudo=conteudo, diferencas=diferencas,
    )  # fmt: skip
