"""The families of the month: who buys a plan, who pays, who does not, who comes back; and the clerk's act of each.

Every act is done twice: by the services, as the admin does, and in the book.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import count

from django.contrib.auth.models import User
from django.utils import timezone

from auditoria.services import ator_usuario
from bench.clientes import cpf
from bench.demonstracao import livro
from bench.demonstracao.livro import Livro
from clientes.models import Cliente
from clientes.services import gravar_cliente
from erp.cadastros.models import Conta, Filial
from erp.financeiro.models import Origem, Titulo
from erp.financeiro.services import baixar_titulo
from erp.planos.models import Contratacao, Dependente, Plano
from erp.planos.rules import DependenteNovo
from erp.planos.services.estados import cancelar, reativar
from erp.planos.services.obitos import registrar_obito
from erp.planos.services.venda import Venda, vender

VALOR = Decimal("49.90")
JUROS = Decimal("1.37")
VOLTAM_DEPOIS = 3  # days after being suspended
SALVO_NO_DIA, PEDE_NO_DIA, MORRE_NO_DIA = 15, 12, 8
EM_DIA, NOVO, ATRASA, VOLTA, SOME, SALVO, PEDE = "em dia", "novo", "atrasa", "volta", "some", "salvo", "pede"


@dataclass
class Familia:
    """`compra`: the day of the sale. Who has no e-mail is never told, so is never cancelled."""

    n: int
    destino: str
    dia: int
    compra: date
    email: bool = True
    contrato: Contratacao | None = None

    @property
    def codigo(self) -> str:
        return cpf(100_000 + self.n)

    @property
    def id(self) -> int:
        assert self.contrato is not None
        return self.contrato.pk

    @property
    def papel(self) -> int:
        assert self.contrato is not None
        return self.contrato.numero


def familias(mes: date) -> list[Familia]:
    """Who takes part in the month that begins on `mes`."""
    velhos, antigos = livro.mais_meses(mes, -5), livro.mais_meses(mes, -14).replace(day=20)
    elenco = [(EM_DIA, dia, velhos, True) for dia in (5, 10, 20, 5, 10, 20)]
    elenco += [(NOVO, 10, mes.replace(day=dia), True) for dia in (3, 9, 15, 22)]
    elenco += [(ATRASA, dia, velhos, True) for dia in (5, 10, 20)]
    elenco += [(VOLTA, dia, velhos, True) for dia in (5, 10)]
    elenco += [(SOME, 5, antigos, True)] * 3 + [(SOME, 5, antigos, False), (SALVO, 5, antigos, True)]
    elenco += [(PEDE, 5, velhos, True)]
    return [Familia(n, *quem) for n, quem in enumerate(elenco)]


class Balcao:
    """The clerk: sells, takes payments, brings back, cancels. `contas`: the money that came in."""

    def __init__(self, mes: date, usuario: User) -> None:
        self.mes, self.usuario, self.ator = mes, usuario, ator_usuario(usuario)
        self.livro = Livro()
        self.familias = familias(mes)
        self.conta = Conta.objects.create(codigo="BANCO-PLANOS", nome="Banco dos planos", tipo=Conta.Tipo.BANCO)
        self.filial = Filial.objects.order_by("codigo")[0]
        self.plano = Plano.objects.create(
            nome="Família da demonstração", valor_mensal=VALOR, dias_para_suspender=livro.DIAS_PARA_SUSPENDER,
            meses_para_cancelar=livro.MESES_PARA_CANCELAR, avisos_exigidos=livro.AVISOS,
            dias_entre_avisos=livro.DIAS_ENTRE_AVISOS,
        )  # fmt: skip
        self._numeros = count(1)

    def abrir(self) -> None:
        """What was sold and paid before the month."""
        for familia in self.familias:
            self._cadastrar(familia)
            if familia.compra < self.mes:
                self._vender(familia)
                self._pagar_o_passado(familia)

    def dia(self, dia: date) -> None:
        """What happens at the counter on a day."""
        for familia in self.familias:
            if familia.compra == dia:
                self._vender(familia)
            if familia.contrato is not None:
                self._atender(familia, dia)

    def _atender(self, familia: Familia, dia: date) -> None:
        papel = self.livro.contratos[familia.papel]
        if familia.destino == PEDE and dia.day == PEDE_NO_DIA:
            cancelar(contratacao_id=familia.id, motivo="O titular pediu", ator=self.ator, a_pedido=True, dia=dia)
            papel.cancelar(dia)
        if familia.n == 0 and dia.day == MORRE_NO_DIA:
            morto = Dependente.objects.get(contratacao_id=familia.id)
            registrar_obito(data=dia, certidao="0001", ator=self.ator, dependente_id=morto.pk)
        suspenso = papel.situacao == livro.SUSPENSO
        volta = familia.destino == VOLTA and dia == papel.desde + timedelta(days=VOLTAM_DEPOIS)
        if suspenso and (volta or (familia.destino == SALVO and dia.day == SALVO_NO_DIA)):
            for parcela in papel.vencidas(dia):
                self._pagar(familia, parcela, juros=JUROS)
            reativar(contratacao_id=familia.id, motivo="Pagou tudo", ator=self.ator, dia=dia)
            papel.passar(livro.ATIVO, dia)
            papel.emitir(dia)
        if papel.situacao == livro.ATIVO and familia.destino not in (ATRASA, SOME):
            for parcela in papel.parcelas:
                if parcela.aberta and parcela.vence == dia and self._paga_em_dia(familia, dia):
                    self._pagar(familia, parcela)

    def _paga_em_dia(self, familia: Familia, dia: date) -> bool:
        """Who is to come back, or to be saved, is late until then."""
        papel = self.livro.contratos[familia.papel]
        return familia.destino not in (VOLTA, SALVO) or papel.desde >= self.mes

    def _pagar_o_passado(self, familia: Familia) -> None:
        ate = livro.mais_meses(self.mes, -1) if familia.destino in (ATRASA, VOLTA) else self.mes
        if familia.destino not in (SOME, SALVO):
            for parcela in self.livro.contratos[familia.papel].vencidas(ate):
                self._pagar(familia, parcela)

    def _cadastrar(self, familia: Familia) -> None:
        email = f"familia{familia.n}@exemplo.com.br" if familia.email else ""
        cliente = Cliente(
            codigo_cliente=familia.codigo, cpf_cgc=familia.codigo, cliente_varejo=f"FAMÍLIA {familia.n}", email=email,
            filial=self.filial.nome,
        )  # fmt: skip
        gravar_cliente(cliente, novo=True, usuario=self.usuario)

    def _vender(self, familia: Familia) -> None:
        """Sent twice, as by who clicks twice: one contract."""
        dependentes = [DependenteNovo("Mãe da família", date(1950, 3, 2), "pai_mae", codigo_cliente=self._mae(familia))]
        venda = Venda(
            self.plano.pk, familia.codigo, self.filial.pk, familia.compra, familia.dia, dependentes=dependentes
        )
        chave = uuid.uuid4()
        feitas = [vender(venda, ator=self.ator, chave=chave, dia=familia.compra) for _ in range(2)]
        familia.contrato = feitas[0]
        self.livro.contratos[familia.papel] = livro.Contrato(
            familia.papel, familia.codigo, familia.email, familia.dia, familia.compra, VALOR
        )

    def _mae(self, familia: Familia) -> str | None:
        """Of the first family, somebody of the register: who dies in the month."""
        if familia.n:
            return None
        codigo = cpf(200_000)
        cliente = Cliente(
            codigo_cliente=codigo, cpf_cgc=codigo, cliente_varejo="MÃE DA FAMÍLIA 0", filial=self.filial.nome
        )
        gravar_cliente(cliente, novo=True, usuario=self.usuario)
        return codigo

    def _pagar(self, familia: Familia, parcela: livro.Parcela, juros: Decimal = livro.ZERO) -> None:
        """Sent twice, as by who clicks twice: one settlement."""
        titulo = Titulo.objects.get(
            origem=Origem.CONTRATO, origem_id=familia.id, vencimento=parcela.vence, sequencia__gte=0
        )
        chave = uuid.uuid4()
        for _ in range(2):
            baixar_titulo(
                titulo_id=titulo.pk, valor=parcela.valor, juros=juros, conta_id=self.conta.pk, ocorrido_em=timezone.now(),
                motivo="Pagou no balcão", usuario=self.usuario, chave=chave,
            )  # fmt: skip
        self.livro.contratos[familia.papel].pagar(parcela, juros)
