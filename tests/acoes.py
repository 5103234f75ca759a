"""Actions that only tests record: importing this puts them into the list."""

from auditoria.acoes import ACOES, Acao

GRUPO = "Testes"
_CODIGOS = ("a.b", "a.feito", "b.feito", "depois", "estoque.ajustado", "hoje", "teste.desfeito", "teste.feito")
ACOES.update(
    (codigo, Acao(f"Teste: {codigo}", GRUPO))
    for codigo in (*_CODIGOS, *(forma.format(n) for n in range(20) for forma in ("{}", "curta {}", "ha.{}.dias")))
)
