"""Forgetting a person: all of it, once, and what the law wants kept stays."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from django.apps import apps
from django.db import connection, transaction

from auditoria.models import ChavePessoa, Evento
from auditoria.pessoas.cifra import CAMPO, Ilegivel, abrir
from auditoria.pessoas.politica import PESSOAIS
from auditoria.selador import selar
from auditoria.services import ATOR_SISTEMA, registrar
from auditoria.verificacao.services import verificar
from clientes import lgpd as clientes
from clientes.models import Cliente, Etiqueta, Pendente, RegistroRecebido
from clientes.services import gravar_cliente
from erp.acesso.erros import ErroDefinitivo
from erp.colaboradores import lgpd as colaboradores
from erp.contatos.models import Comunicado, ContatoWhatsapp, Descadastro
from erp.financeiro.models import Titulo
from erp.jazigos.models import Cemiterio, Concessao, Jazigo
from erp.lgpd.fontes import fontes
from erp.lgpd.models import Anonimizacao
from erp.lgpd.pessoa import procurar
from erp.lgpd.services import Impedida, prever
from erp.planos.models import Contratacao, Dependente
from erp.visitas import lgpd as visitas
from filas.models import Mensagem
from tests.erp.elenco import CPF, empresa, titulo
from tests.erp.lgpd.elenco import NOME, OUTRO, SINAIS, com_tudo, esquecer, maria, mensagem
from tests.erp.planos import elenco as planos

pytestmark = pytest.mark.django_db
LIVROS = {"financeiro_titulo"}  # kept by law, with the document


@pytest.fixture(autouse=True)
def _loja() -> None:
    empresa()


def rastros(*, fora: set[str] = LIVROS) -> Iterator[str]:
    """The tables in which some sign of the person is left, looked for in every row of every table."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
        )
        for (tabela,) in cursor.fetchall():
            cursor.execute(f'SELECT count(*) FROM "{tabela}" t WHERE t::text ~* %s', ["|".join(SINAIS)])
            if cursor.fetchone()[0] and tabela not in fora:
                yield tabela


def test_de_uma_pessoa_esquecida_nao_fica_sinal_em_nenhuma_tabela():
    com_tudo()
    assert len(list(rastros())) >= 6
    recibo = esquecer()
    assert list(rastros()) == []
    cliente = Cliente.objects.get()
    assert (cliente.cliente_varejo, cliente.status, cliente.cidade) == ("Cliente anonimizado", 0, "RIO DE JANEIRO")
    assert cliente.pk.startswith("ANON") and cliente.anonimizado_em is not None
    assert {parte["fonte"] for parte in recibo.mudou} >= {
        "clientes.cadastro",
        "clientes.mensagens",
        "contatos.comunicados",
    }
    assert recibo.numero == f"LGPD-{recibo.pk:06d}"


def test_o_que_esperava_na_fila_nao_sai_e_o_que_saiu_fica_sem_conteudo():
    com_tudo()
    esquecer()
    assert set(Mensagem.objects.values_list("situacao", flat=True)) == {2, 3}
    assert not Mensagem.objects.exclude(conteudo={"anonimizada": True}).exists()
    assert set(Comunicado.objects.values_list("situacao", "texto")) == {(3, ""), (2, "")}
    assert (Etiqueta.objects.count(), ContatoWhatsapp.objects.count(), Pendente.objects.count()) == (0, 0, 0)
    assert Descadastro.objects.get().desfeito_em is None  # who asked not to be written to still is not


def test_um_codigo_que_nao_e_documento_continua_e_os_titulos_levam_a_ele():
    com_tudo("000123")
    titulo("0.01", codigo_cliente="000123")
    with pytest.raises(Impedida, match="em aberto"):
        esquecer()
    assert Cliente.objects.get(pk="000123").cliente_varejo == NOME  # nothing changed


def test_titulo_aberto_impede_e_diz_a_saida_e_o_baixado_fica_por_lei():
    com_tudo()
    devido = titulo("100.00", cpf_cnpj=CPF, codigo_cliente=CPF)
    with pytest.raises(Impedida) as impedida:
        esquecer()
    assert "R$ 100,00" in str(impedida.value) and "dê baixa ou estorne" in str(impedida.value)
    assert not Anonimizacao.objects.exists() and len(list(rastros())) >= 6
    baixar(devido)
    recibo = esquecer()
    assert Titulo.objects.get(pk=devido.pk).cpf_cnpj == CPF
    ficou = {parte["fonte"]: parte for parte in recibo.ficou}
    assert "CTN" in ficou["financeiro.titulos"]["texto"] and ficou["financeiro.baixas"]["linhas"] == 1


def baixar(devido: Titulo) -> None:
    planos.baixar_titulo(
        titulo_id=devido.pk, conta_id=planos.conta().pk, valor=devido.valor, ocorrido_em=planos.timezone.now(),
        motivo="pago", usuario=planos.pessoa("financeiro", 1), chave=planos.uuid.uuid4(),
    )  # fmt: skip


def sem_titulos() -> None:
    """As if every instalment had been settled, and its title were somebody else's."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica; DELETE FROM financeiro_titulo")
        cursor.execute("SET LOCAL session_replication_role = origin")


def test_contrato_em_vigor_impede_e_cancelado_fica_sem_o_nome_do_titular():
    cliente = com_tudo()
    contrato = planos.contrato(date(2026, 1, 10), titular=cliente)
    with pytest.raises(Impedida, match=f"contrato {contrato.numero} está ativo"):
        esquecer()
    Contratacao.objects.filter(pk=contrato.pk).update(situacao=Contratacao.Situacao.CANCELADO)
    sem_titulos()
    esquecer()
    contrato.refresh_from_db()
    assert contrato.titular.cliente_varejo == "Cliente anonimizado" and list(rastros()) == []


def test_dependente_ativo_impede_e_o_excluido_perde_nome_cpf_e_dia():
    contrato = planos.contrato(date(2026, 1, 10))
    de = {"contratacao": contrato, "nome": NOME, "cpf": CPF, "parentesco": "conjuge", "carencia_ate": date(2026, 2, 1)}
    preso = Dependente.objects.create(nascimento=date(1960, 2, 3), incluido_em=date(2026, 1, 10), **de)
    with pytest.raises(Impedida, match="Exclua o dependente"):
        esquecer()
    Dependente.objects.filter(pk=preso.pk).update(excluido_em=date(2026, 3, 1))
    esquecer()
    preso.refresh_from_db()
    assert (preso.nome, preso.cpf, preso.nascimento) == ("Dependente anonimizado", "", date(1960, 1, 1))


def test_concessao_em_vigor_impede():
    cliente = maria()
    cemiterio = Cemiterio.objects.create(
        nome="Saudade", codigo_municipio="3304557", filial=planos.filial(), valor_manutencao="100.00"
    )
    lugar = Jazigo.objects.create(cemiterio=cemiterio, quadra="A", lote="1")
    Concessao.objects.create(jazigo=lugar, titular=cliente, inicio=date(2020, 1, 1), perpetua=True)
    with pytest.raises(Impedida, match="Transfira a concessão"):
        esquecer()


def test_mensagem_saindo_neste_instante_espera_ela_terminar():
    maria()
    saindo = mensagem()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE wosk_queue SET situacao = 1, reserva = gen_random_uuid(), reservada_ate = now() + interval '1 minute',"
            " enviando_desde = now() WHERE id = %s", [saindo.pk]
        )  # fmt: skip
    with pytest.raises(Impedida, match="saindo neste instante"):
        esquecer()


def test_a_segunda_vez_devolve_o_mesmo_recibo_e_nada_registra():
    com_tudo()
    recibo = esquecer()
    eventos = Evento.objects.count()
    assert esquecer() == recibo
    assert (Anonimizacao.objects.count(), Evento.objects.count()) == (1, eventos)


def test_quem_nunca_esteve_aqui_tem_recibo_que_diz_isso():
    recibo = esquecer(OUTRO)
    assert (recibo.mudou, recibo.ficou, recibo.chaves) == ([], [], 0)


def test_a_chave_e_destruida_e_a_trilha_continua_inteira():
    com_tudo()
    pk = registrar(acao="consultas.cpf_consultado", ator=ATOR_SISTEMA, pessoa=CPF, depois={"cpf": CPF})
    recibo = esquecer()
    assert recibo.chaves == 1 and not ChavePessoa.objects.filter(destruida_em=None).exists()
    with pytest.raises(Ilegivel, match="anonimizada"):
        abrir(Evento.objects.get(pk=pk).depois[CAMPO], evento=pk, lado="depois")
    selar()
    assert verificar().problemas == []


def test_o_que_se_mudou_no_cadastro_tambem_nao_fica_na_trilha():
    com_tudo("000123")
    cliente = Cliente.objects.get()
    cliente.cliente_varejo, cliente.endereco, cliente.obs = f"{NOME} SILVA", "RUA DAS ACACIAS 2", f"mãe: {NOME}"
    gravar_cliente(cliente, novo=False, usuario=planos.pessoa("financeiro", 1))
    evento = Evento.objects.get(acao="clientes.cliente_alterado")
    assert evento.antes["cliente_varejo"] == "M*** A*** D*** D***" and evento.depois["endereco"] == "*** (outro)"
    esquecer()
    assert list(rastros()) == []


def test_cada_campo_pessoal_da_politica_existe_e_o_que_se_esquece_do_cadastro_esta_nela():
    for rotulo, campos in PESSOAIS.items():
        assert set(campos) <= {campo.name for campo in apps.get_model(rotulo)._meta.concrete_fields}
    de_ninguem = {"tipo_logradouro", "bairro", "ddd", "ddd_celular", "sexo", "cpf_cgc", "telefone", "celular", "email"}
    assert set(clientes._VAZIOS) - de_ninguem <= set(PESSOAIS["clientes.cliente"])
    assert set(visitas._VAZIOS) - {"telefone"} <= set(PESSOAIS["visitas.visita"])
    assert set(colaboradores._ONDE_MORA) <= set(PESSOAIS["colaboradores.colaborador"])


def test_os_eventos_do_pedido_nao_dizem_de_quem_foi():
    com_tudo()
    esquecer(motivo=f"pedido de {CPF}")
    evento = Evento.objects.get(acao="lgpd.pessoa_anonimizada")
    assert evento.depois["mudou"]["clientes.cadastro"] == 1 and CPF not in evento.motivo
    assert CPF not in Anonimizacao.objects.get().motivo


def test_nada_muda_nas_tabelas_vigiadas_sem_evento():
    cliente = com_tudo()
    contrato = planos.contrato(date(2026, 1, 10), titular=cliente)
    Contratacao.objects.filter(pk=contrato.pk).update(situacao=Contratacao.Situacao.CANCELADO)
    sem_titulos()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM auditoria_mudanca")
    esquecer()
    falados = set(Evento.objects.filter(acao="lgpd.linhas_anonimizadas").values_list("objeto", flat=True))
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT unnest(objetos) FROM auditoria_mudanca")
        assert {objeto for (objeto,) in cursor.fetchall()} <= falados
    assert "planos.contratacao" in falados


def test_a_previa_nao_escreve_e_diz_o_que_muda_o_que_fica_e_o_que_impede():
    com_tudo()
    titulo("50.00", cpf_cnpj=CPF)
    previa = prever(procurar(CPF))
    assert not previa.pode and [b.saida for b in previa.bloqueios] == ["Receba, dê baixa ou estorne o título."]
    assert {p.nome: p.linhas for p in previa.mudam}["clientes.mensagens"] == 2
    assert {p.nome for p in previa.ficam} >= {"financeiro.titulos", "contatos.descadastros"}
    assert not Anonimizacao.objects.exists() and len(list(rastros())) >= 6


def test_o_cadastro_que_volta_pelo_codigo_de_antes_e_uma_relacao_nova():
    com_tudo("000123")
    esquecer()
    Cliente.objects.filter(pk="000123").update(cliente_varejo=NOME, cpf_cgc=CPF)
    assert Cliente.objects.get(pk="000123").anonimizado_em is None  # by the database, whoever writes
    assert esquecer().mudou != []
    assert Anonimizacao.objects.count() == 2


def test_quem_tem_o_cpf_por_codigo_e_volta_e_outro_cliente():
    com_tudo()
    esquecer()
    maria()
    assert Cliente.objects.count() == 2 and Pendente.objects.filter(codigo_cliente=CPF).count() == 1


def test_procurar_aceita_cpf_cnpj_ou_codigo_e_recusa_o_resto():
    com_tudo("000123")
    assert procurar("529.982.247-25") == procurar("000123") == procurar(CPF)
    with pytest.raises(ErroDefinitivo, match="nem o código de um cliente"):
        procurar("52998224726")
    maria("GRINGO1", cpf_cgc="", rg_ie="X9", email="")
    assert procurar("GRINGO1").documento == ""
    esquecer("GRINGO1")
    assert Cliente.objects.get(pk="GRINGO1").rg_ie == ""


def test_a_segunda_passada_de_cada_fonte_nao_acha_o_que_fazer():
    com_tudo()
    pessoa = procurar(CPF)
    esquecer()
    assert [f.nome for f in fontes() if f.a_mudar(pessoa)] == []


def test_recibo_nao_muda():
    esquecer(OUTRO)
    with pytest.raises(Exception, match="só aceita inclusão"), transaction.atomic():
        Anonimizacao.objects.update(motivo="outro")


def test_registro_recebido_de_antes_mandado_outra_vez_e_um_pedido_novo():
    com_tudo()
    esquecer()
    recebido = RegistroRecebido.objects.get()
    assert recebido.id_registro == f"anonimizado-{recebido.pk}" and recebido.conteudo == {"anonimizado": True}
