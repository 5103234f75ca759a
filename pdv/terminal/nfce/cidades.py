"""cUF to (sigla, IBGE code, name) of the capital, where the simulated shops are."""

CAPITAIS = {
    "11": ("RO", "1100205", "PORTO VELHO"), "12": ("AC", "1200401", "RIO BRANCO"), "13": ("AM", "1302603", "MANAUS"),
    "14": ("RR", "1400100", "BOA VISTA"), "15": ("PA", "1501402", "BELEM"), "16": ("AP", "1600303", "MACAPA"),
    "17": ("TO", "1721000", "PALMAS"), "21": ("MA", "2111300", "SAO LUIS"), "22": ("PI", "2211001", "TERESINA"),
    "23": ("CE", "2304400", "FORTALEZA"), "24": ("RN", "2408102", "NATAL"), "25": ("PB", "2507507", "JOAO PESSOA"),
    "26": ("PE", "2611606", "RECIFE"), "27": ("AL", "2704302", "MACEIO"), "28": ("SE", "2800308", "ARACAJU"),
    "29": ("BA", "2927408", "SALVADOR"), "31": ("MG", "3106200", "BELO HORIZONTE"), "32": ("ES", "3205309", "VITORIA"),
    "33": ("RJ", "3304557", "RIO DE JANEIRO"), "35": ("SP", "3550308", "SAO PAULO"),
    "41": ("PR", "4106902", "CURITIBA"), "42": ("SC", "4205407", "FLORIANOPOLIS"),
    "43": ("RS", "4314902", "PORTO ALEGRE"),
    "50": ("MS", "5002704", "CAMPO GRANDE"), "51": ("MT", "5103403", "CUIABA"), "52": ("GO", "5208707", "GOIANIA"),
    "53": ("DF", "5300108", "BRASILIA"),
}  # fmt: skip
