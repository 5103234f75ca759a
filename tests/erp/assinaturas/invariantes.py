"""What must always be true of signatures: one function per guarantee of the head of `erp/assinaturas/models`."""

from __future__ import annotations

from tests.invariantes import garantia, nenhuma


def verificar() -> None:
    estado_e_o_mais_alto_dos_eventos()
    arquivos_sao_os_das_suas_hashes()
    contrato_marcado_tem_arquivo_assinado()


@garantia
def estado_e_o_mais_alto_dos_eventos() -> None:
    nenhuma(
        """SELECT a.id, a.situacao, e.mais_alto FROM assinaturas_assinatura a LEFT JOIN (
               SELECT assinatura_id, max(situacao) AS mais_alto FROM assinaturas_evento GROUP BY 1) e ON e.assinatura_id = a.id
           WHERE a.situacao IS DISTINCT FROM e.mais_alto""",
        "assinatura em situação diferente da que os eventos dizem",
    )


@garantia
def arquivos_sao_os_das_suas_hashes() -> None:
    nenhuma(
        """SELECT f.id FROM assinaturas_arquivo f JOIN assinaturas_assinatura a ON a.id = f.assinatura_id
           WHERE f.sha256 <> encode(sha256(f.conteudo), 'hex')
              OR f.sha256 <> CASE f.tipo WHEN 'enviado' THEN a.sha256_enviado ELSE a.sha256_assinado END""",
        "arquivo diferente da sua SHA-256",
    )
    nenhuma(
        """SELECT a.id FROM assinaturas_assinatura a
           WHERE (a.sha256_assinado <> '') <> EXISTS (
               SELECT 1 FROM assinaturas_arquivo f WHERE f.assinatura_id = a.id AND f.tipo = 'assinado')""",
        "assinatura com hash e sem arquivo, ou com arquivo e sem hash",
    )


@garantia
def contrato_marcado_tem_arquivo_assinado() -> None:
    nenhuma(
        """SELECT c.id FROM planos_contratacao c LEFT JOIN assinaturas_assinatura a ON a.id = c.assinatura_id
           WHERE c.assinado_em IS NOT NULL AND (a.id IS NULL OR a.situacao <> 6 OR a.sha256_assinado = ''
              OR a.especie <> 'planos.contratacao' OR a.objeto_id <> c.id)""",
        "contrato marcado como assinado sem o arquivo assinado",
    )
