"""Cancellation events (110111, and 110112 by substitution) and inutilização, as request or with its answer.

An event may also stand beside its note: inside the nfeProc, or both in an element of any name.
"""

from collections.abc import Iterable

from erp.fiscal.chave import partes_da_chave
from erp.fiscal.xml.arvore import Elemento, campos, filhos
from erp.fiscal.xml.conferencia import ler_chave
from erp.fiscal.xml.documento import Aviso, DocumentoLido, Estado, XmlIlegivel
from erp.fiscal.xml.nfe import ler_protocolo
from erp.fiscal.xml.situacao import CANCELAMENTOS, INUTILIZACAO_HOMOLOGADA, mais_alta, situacao_do_evento
from erp.fiscal.xml.ufs import sigla
from erp.fiscal.xml.valores import LIMITE_DE_AVISOS, Leitor


def ler_evento(raiz: Elemento, leitor: Leitor) -> DocumentoLido:
    """An `evento`, alone or inside a `procEventoNFe`. Other kinds of event come back as `desconhecido`, noted."""
    partes = filhos(raiz)
    inf = filhos(partes.get("evento")).get("infEvento")
    if inf is None:
        inf = partes.get("infEvento")
    if inf is None:
        raise XmlIlegivel("o documento é um evento sem o grupo infEvento")
    dados, detalhe = campos(inf), campos(filhos(inf).get("detEvento"))
    retorno = campos(filhos(partes.get("retEvento")).get("infEvento"))
    chave, dv_ok = ler_chave(leitor, dados.get("chNFe"), "NFe")
    especie = leitor.codigo(dados, "tpEvento", 6)
    cancela = especie in CANCELAMENTOS
    if not cancela:
        leitor.avisar("EVENTO_NAO_TRATADO", f"esperado um cancelamento (110111), veio o evento {especie!r}")
    cstat = leitor.codigo(retorno, "cStat", 3)
    partes_chave = partes_da_chave(chave) if chave else None
    estado = Estado(
        situacao_do_evento(leitor, cstat) if cancela else "sem_protocolo", cstat, ler_protocolo(retorno, leitor),
        leitor.data_hora(retorno, "dhRegEvento"), leitor.texto(detalhe, "xJust", 256), especie,
        leitor.codigo(detalhe, "chNFeRef", 44),
    )  # fmt: skip
    return DocumentoLido(
        tipo="evento_cancelamento" if cancela else "desconhecido",
        versao=(raiz.get("versao") or "").strip()[:4],
        chave=chave,
        chave_dv_ok=dv_ok,
        chave_cancelada=chave if cancela else "",
        numero=partes_chave.numero if partes_chave else 0,
        serie=partes_chave.serie if partes_chave else 0,
        modelo=partes_chave.modelo if partes_chave else "",
        ambiente=leitor.codigo(dados, "tpAmb", 1),
        cnpj_emitente=leitor.codigo(dados, "CNPJ", 14) or leitor.codigo(dados, "CPF", 11),
        uf=sigla(chave[:2]),
        data_emissao=leitor.data_hora(dados, "dhEvento"),
        protocolo=estado.protocolo,
        cstat=cstat,
        data_protocolo=estado.em,
        justificativa=estado.justificativa,
        situacao=estado.situacao,
        avisos=tuple(leitor.avisos),
        estados=(estado,),
    )


def com_eventos(nota: DocumentoLido, eventos: Iterable[DocumentoLido]) -> DocumentoLido:
    """A note with the events that came beside it; those of another note are noted (EVENTO_DE_OUTRA_NOTA), not counted."""
    estados, avisos = list(nota.estados), list(nota.avisos)
    for evento in eventos:
        if nota.chave and evento.chave_cancelada and evento.chave_cancelada != nota.chave:
            texto = f"o evento é da nota {evento.chave_cancelada}, esperada {nota.chave}"
            avisos.append(Aviso("EVENTO_DE_OUTRA_NOTA", texto))
            continue
        avisos += evento.avisos
        if evento.chave_cancelada:
            estados += evento.estados
    situacao = mais_alta(e.situacao for e in estados)
    return nota._replace(situacao=situacao, estados=tuple(estados), avisos=tuple(avisos[:LIMITE_DE_AVISOS]))


def ler_inutilizacao(raiz: Elemento, leitor: Leitor) -> DocumentoLido:
    """An `inutNFe`, alone (a request) or inside a `ProcInutNFe` (`inutilizada` once cStat is 102).

    It has no key: its Id names a range of numbers.
    """
    partes = filhos(raiz)
    pedido = filhos(partes.get("inutNFe")).get("infInut")
    if pedido is None:
        pedido = partes.get("infInut")
    if pedido is None:
        raise XmlIlegivel("o documento é uma inutilização sem o grupo infInut")
    dados = campos(pedido)
    retorno = campos(filhos(partes.get("retInutNFe")).get("infInut"))
    cstat = leitor.codigo(retorno, "cStat", 3)
    estado = Estado(
        "inutilizada" if cstat == INUTILIZACAO_HOMOLOGADA else "sem_protocolo", cstat, ler_protocolo(retorno, leitor),
        leitor.data_hora(retorno, "dhRecbto"), leitor.texto(dados, "xJust", 256),
    )  # fmt: skip
    return DocumentoLido(
        tipo="inutilizacao",
        versao=(raiz.get("versao") or "").strip()[:4],
        numero=leitor.inteiro(dados, "nNFIni"),
        numero_final=leitor.inteiro(dados, "nNFFin"),
        serie=leitor.inteiro(dados, "serie"),
        modelo=leitor.codigo(dados, "mod", 2),
        ambiente=leitor.codigo(dados, "tpAmb", 1),
        cnpj_emitente=leitor.codigo(dados, "CNPJ", 14) or leitor.codigo(dados, "CPF", 11),
        uf=sigla(dados.get("cUF")),
        protocolo=estado.protocolo,
        cstat=cstat,
        data_protocolo=estado.em,
        justificativa=estado.justificativa,
        situacao=estado.situacao,
        avisos=tuple(leitor.avisos),
        estados=(estado,),
    )
