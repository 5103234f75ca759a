"""From what people write to the official code of a município (IBGE) or of a country (BACEN). Pure: no database.

A name is compared by its letters and digits only, upper case and without accents or spaces: `Santa Bárbara d’Oeste`,
`SANTA BARBARA D'OESTE` and `SANTA BARBARA DOESTE` are one. No two municípios of a UF become one by this.
"""

import heapq
import re
from collections import defaultdict
from collections.abc import Iterable
from difflib import SequenceMatcher
from functools import cache

from erp.cadastros.referencia import Municipio, Pais, municipios, paises, ufs
from erp.cadastros.textos import palavras

# Two spellings are in use: that of the IBGE's table and that of the município's own law.
_OUTRAS_GRAFIAS = {("SE", "GRACCHO CARDOSO"): "2802601", ("MG", "BARAO DO MONTE ALTO"): "3105509"}

# What people call a country where the table has another name, or keeps this one between parentheses.
_OUTROS_NOMES = {
    "0850": ("BIELORRUSSIA", "BIELORUSSIA"),
    "0230": ("GERMANY", "DEUTSCHLAND", "REPUBLICA FEDERAL DA ALEMANHA"),
    "0833": ("BARBADO",),
    "0809": ("BAREIN", "BAHRAIN"),
    "0876": ("BELGIUM",),
    "0930": ("MYANMAR", "BIRMANIA", "BURMA"),
    "0973": ("ESTADO PLURINACIONAL DA BOLIVIA",),
    "0981": ("BOSNIA", "BOSNIA HERZEGOVINA", "BOSNIA E HERZEGOVINA"),
    "1015": ("BOTSWANA",),
    "1058": ("BRAZIL", "BR", "BRA", "REPUBLICA FEDERATIVA DO BRASIL"),
    "1376": ("ILHAS CAIMA",),
    "1546": ("QATAR",),
    "1538": ("KAZAQUISTAO",),
    "1619": ("TAIWAN", "FORMOSA"),
    "1775": ("REPUBLICA DO CONGO", "CONGO BRAZZAVILLE"),
    "1872": ("COREIA DO NORTE",),
    "1902": ("COREIA DO SUL", "SOUTH KOREA"),
    "1953": ("CROACIA",),
    "1988": ("KUWAIT", "KUAITE"),
    "2445": ("EMIRADOS ARABES", "EAU", "DUBAI"),
    "2453": ("SPAIN", "ESPANA"),
    "2470": ("ESLOVAQUIA",),
    "2496": ("EUA", "USA", "US", "ESTADOS UNIDOS DA AMERICA", "ESTADOS UNIDOS AMERICA", "UNITED STATES",
             "UNITED STATES OF AMERICA"),
    "2550": ("ILHAS MALVINAS", "MALVINAS", "FALKLAND", "ILHAS FALKLAND"),
    "2674": ("PHILIPPINES",),
    "2755": ("FRANCE",),
    "3751": ("REPUBLICA DA IRLANDA", "EIRE", "IRELAND"),
    "3727": ("IRAN",),
    "3867": ("ITALY",),
    "3999": ("JAPAN",),
    "4499": ("MACEDONIA DO NORTE",),
    "4588": ("MALAWI",),
    "4936": ("ESTADOS UNIDOS MEXICANOS",),
    "4944": ("MOLDOVA",),
    "5568": ("OMAN",),
    "5738": ("HOLANDA", "PAISES BAIXOS", "NETHERLANDS"),
    "5860": ("PARAGUAY",),
    "6238": ("KENIA", "KENYA"),
    "6254": ("QUIRGUISTAO", "QUIRGUIZIA"),
    "6289": ("INGLATERRA", "GRA BRETANHA", "ESCOCIA", "PAIS DE GALES", "IRLANDA DO NORTE", "ENGLAND", "UNITED KINGDOM",
             "UK", "REINO UNIDO DA GRA BRETANHA E IRLANDA DO NORTE"),
    "6653": ("ZIMBABWE",),
    "6750": ("RWANDA",),
    "6980": ("SAINT MARTIN",),
    "6998": ("SINT MAARTEN",),
    "7412": ("SINGAPURA",),
    "7544": ("SUAZILANDIA",),
    "7676": ("SWITZERLAND",),
    "7919": ("TCHEQUIA", "CHEQUIA"),
    "7951": ("TIMOR",),
    "8451": ("URUGUAY", "REPUBLICA ORIENTAL DO URUGUAI"),
    "8486": ("SANTA SE", "CIDADE DO VATICANO"),
    "8583": ("VIETNAM", "VIETNAME"),
    "8630": ("ILHAS VIRGENS BRITANICAS",),
    "8664": ("ILHAS VIRGENS AMERICANAS",),
    "8885": ("CONGO KINSHASA", "ZAIRE"),
    "7560": ("SOUTH AFRICA",),
}  # fmt: skip


def juntar(nome: str) -> str:
    """The letters and digits of a name: what two spellings of one place have in common."""
    return "".join(palavras(nome))


def achar_municipio(cidade: str, uf: str) -> Municipio | None:
    """The município of that name in that UF; never by the name alone."""
    codigo = _por_nome().get((uf.strip().upper(), juntar(cidade)))
    return municipios()[codigo] if codigo else None


def municipios_de_nome(cidade: str) -> list[Municipio]:
    """Those of that name in any UF."""
    nome = juntar(cidade)
    achados = (_por_nome().get((uf, nome)) for uf in ufs())
    return [municipios()[codigo] for codigo in achados if codigo]


def achar_pais(nome: str) -> Pais | None:
    """The country by its name, by what people call it, or by its code."""
    texto = nome.strip()
    codigo = f"{int(texto):04d}" if re.fullmatch("[0-9]{1,6}", texto) else _paises_por_nome().get(juntar(nome), "")
    return paises().get(codigo)


def sugerir_municipios(texto: str, uf: str, limite: int = 8) -> list[Municipio]:
    """The likeliest first: of the same UF, beginning alike, then alike in letters. `texto` may be an IBGE code."""
    if texto.strip() in municipios():
        return [municipios()[texto.strip()]]
    procurado, uf = juntar(texto), uf.strip().upper()
    if not procurado:
        return []
    notas = (
        (_semelhanca(procurado, nome) + (0.35 if uf_do_nome == uf else 0.0), codigo)
        for (uf_do_nome, nome), codigo in _por_nome().items()
    )
    return [municipios()[codigo] for codigo in _melhores(notas, limite)]


def sugerir_paises(texto: str, limite: int = 8) -> list[Pais]:
    """The likeliest first."""
    if exato := achar_pais(texto):
        return [exato]
    procurado = juntar(texto)
    notas = ((_semelhanca(procurado, nome), codigo) for nome, codigo in _paises_por_nome().items())
    return [paises()[codigo] for codigo in _melhores(notas, limite)] if procurado else []


def _melhores(notas: Iterable[tuple[float, str]], limite: int) -> list[str]:
    """The codes of the highest marks, none far below the first: a list of strangers helps nobody to choose."""
    ordenadas = heapq.nlargest(limite * 3, (par for par in notas if par[0] >= 0.55))
    codigos = dict.fromkeys(codigo for nota, codigo in ordenadas if nota >= ordenadas[0][0] - 0.35)
    return list(codigos)[:limite]


def _semelhanca(procurado: str, nome: str) -> float:
    """0 to 1.3: how alike two joined names are; one that begins as the other does is worth more."""
    if procurado == nome:
        return 1.3
    inicio = 0.3 if nome.startswith(procurado) or (len(nome) >= 4 and procurado.startswith(nome)) else 0.0
    comparacao = SequenceMatcher(None, procurado, nome, autojunk=False)
    if not inicio and (comparacao.real_quick_ratio() < 0.55 or comparacao.quick_ratio() < 0.55):
        return 0.0  # the exact ratio is a hundred times dearer
    return comparacao.ratio() + inicio if not inicio else max(comparacao.ratio(), 0.55) + inicio


@cache
def _por_nome() -> dict[tuple[str, str], str]:
    """(UF, joined name) -> IBGE code."""
    nomes = {(m.uf, juntar(m.nome)): m.codigo_ibge for m in municipios().values()}
    return nomes | {(uf, juntar(nome)): codigo for (uf, nome), codigo in _OUTRAS_GRAFIAS.items()}


@cache
def _paises_por_nome() -> dict[str, str]:
    """Joined name -> BACEN code. A shorter form that two countries share (COREIA) names neither."""
    proprios = {juntar(pais.nome): codigo for codigo, pais in paises().items()}
    formas: dict[str, set[str]] = defaultdict(set)
    for codigo, pais in paises().items():
        for forma in _formas(pais.nome):
            formas[juntar(forma)].add(codigo)
    unicas = {forma: min(codigos) for forma, codigos in formas.items() if len(codigos) == 1 and len(forma) > 1}
    escritos = {juntar(nome): codigo for codigo, nomes in _OUTROS_NOMES.items() for nome in nomes}
    return unicas | escritos | proprios


def _formas(nome: str) -> list[str]:
    """`ALBANIA, REPUBLICA DA`: ALBANIA and REPUBLICA DA ALBANIA. What is between parentheses is left out."""
    sem_parenteses = re.sub(r"\([^)]*\)", " ", nome)
    cabeca, _, resto = sem_parenteses.partition(",")
    return [cabeca, f"{resto} {cabeca}"] if resto.strip() else [cabeca]
