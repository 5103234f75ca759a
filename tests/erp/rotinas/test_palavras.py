import pytest

from erp.rotinas.agenda import cada, diaria, semanal
from erp.rotinas.crontab import Cron, ler_linha
from erp.rotinas.palavras import agenda_em_palavras


@pytest.mark.parametrize(
    ("linha", "palavras"),
    [
        ("0 21 * * *", "todo dia às 21:00"),
        ("10 1 * * *", "todo dia à 01:10"),
        ("7 3,4 * * *", "todo dia às 03:07 e 04:07"),
        ("0 4 * * 0", "todo domingo às 04:00"),
        ("0 4 * * 7", "todo domingo às 04:00"),
        ("0 4 * * sun", "todo domingo às 04:00"),
        ("0 7 * * 0-6", "todo dia às 07:00"),
        ("0 7 * * 0-7", "todo dia às 07:00"),
        ("0 7 * * */1", "todo dia às 07:00"),
        ("0 7 * * seg-sáb", "de segunda a sábado às 07:00"),
        ("0 7 * * sex-dom", "de sexta a domingo às 07:00"),
        ("0 8,12,18 * * seg,QUA,fri", "toda segunda, quarta e sexta às 08:00, 12:00 e 18:00"),
        ("0,30 8 * * 6,0", "todo sábado e domingo às 08:00 e 08:30"),
        ("0 9 5 * *", "todo dia 5 do mês às 09:00"),
        ("0 9 1,15 * *", "nos dias 1º e 15 de cada mês às 09:00"),
        ("0 9 1-5,20 * *", "nos dias 1º a 5 e 20 de cada mês às 09:00"),
        ("0 0 2 nov *", "todo dia 2 de novembro às 00:00"),
        ("0 9 1 jan,jul *", "todo dia 1º de janeiro e julho às 09:00"),
        ("0 9 13 * 5", "todo dia 13 do mês que cair em sexta às 09:00"),
        ("0 9 13,14 * 5,6", "nos dias 13 e 14 de cada mês que caírem em sexta ou sábado às 09:00"),
        ("0 9 * jan-mar *", "todo dia de janeiro a março às 09:00"),
        ("0 1 * jun 2", "toda terça-feira em junho à 01:00"),
        ("* * * * *", "a cada minuto"),
        ("*/15 * * * *", "a cada 15 minutos"),
        ("5,20,35,50 * * * *", "a cada 15 minutos, a partir do minuto 5 de cada hora"),
        ("*/25 * * * *", "nos minutos 0, 25 e 50 de cada hora"),
        ("*/15 8-18 * * 1-5", "de segunda a sexta, a cada 15 minutos, das 08:00 às 18:45"),
        ("* 8 * * *", "a cada minuto, das 08:00 às 08:59"),
        ("*/5 0-1 * * *", "a cada 5 minutos, das 00:00 à 01:55"),
        ("*/10 8,12,16 * * *", "a cada 10 minutos, nas horas 8, 12 e 16"),
        ("0 * * * *", "a cada hora, em ponto"),
        ("1 * * * *", "a cada hora, no minuto 1"),
        ("30 * * * *", "a cada hora, aos 30 minutos"),
        ("0 8-18 * * *", "a cada hora, em ponto, das 08:00 às 18:00"),
        ("0 8-12,14-18 * * 1-5", "de segunda a sexta, a cada hora, em ponto, nas horas 8 a 12 e 14 a 18"),
        ("0 */2 * * *", "a cada 2 horas"),
        ("30 */2 * * *", "a cada 2 horas, aos 30 minutos"),
        ("0 1-23/2 * * *", "a cada 2 horas, a partir da 01:00"),
    ],
)
def test_crontab_em_palavras(linha, palavras):
    assert agenda_em_palavras(ler_linha(linha)) == palavras


@pytest.mark.parametrize("agenda", [cada(minutos=8), diaria("21:10"), diaria("01:00"), semanal("ter", "04:05")])
def test_o_declarado_e_o_gravado_se_leem_igual(agenda):
    assert agenda_em_palavras(agenda) == str(agenda)


def test_outro_fuso_e_dito():
    assert agenda_em_palavras(Cron("0", "21", fuso="UTC")) == "todo dia às 21:00 (horário de UTC)"


@pytest.mark.parametrize(
    ("linha", "diz"),
    [
        ("* * * *", "recebidos 4 campos; esperados cinco"),
        ("*", "recebido 1 campo; esperados cinco"),
        ("", "recebidos 0 campos; esperados cinco"),
        ("60 * * * *", "minuto: recebido '60'; esperado .* de 0 a 59"),
        ("* 24 * * *", "hora: recebido '24'"),
        ("* * 0 * *", "dia do mês: recebido '0'"),
        ("* * * 13 *", "mês: recebido '13'"),
        ("* * * * 8", "dia da semana: recebido '8'"),
        ("* * * * jan", "dia da semana: recebido 'jan'"),
        ("* * jan * *", "dia do mês: recebido 'jan'"),
        ("1,,2 * * * *", "minuto"),
        ("*/0 * * * *", "minuto"),
        ("*/61,-1 * * * *", "minuto"),
        ("5/10 * * * *", "minuto"),
        ("\u0665 * * * *", "minuto"),
        (f"{'1,' * 40}1 * * * *", "minuto"),
    ],
)
def test_crontab_errado_diz_qual_campo_e_o_que_esperava(linha, diz):
    with pytest.raises(ValueError, match=diz):
        ler_linha(linha)


def test_os_nomes_e_o_domingo_7_ficam_como_o_celery_le():
    assert str(ler_linha("*/7 0 * Fev,mar sex-7,*/7")) == "*/7 0 * 2,3 5-0,*/7"
