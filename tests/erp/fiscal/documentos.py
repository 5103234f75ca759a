"""Small documents that the simulator does not make: layout 3.10, CF-e SAT, events, inutilização."""

NFCE_310 = """<?xml version="1.0" encoding="UTF-8"?>
<NFe xmlns="http://www.portalfiscal.inf.br/nfe"><infNFe Id="NFe53170814346737000175650000000075631858014075" versao="3.10">
<ide><cUF>53</cUF><cNF>85801407</cNF><mod>65</mod><serie>0</serie><nNF>7563</nNF><dhEmi>2017-08-08T16:25:48-03:00</dhEmi>
<tpEmis>1</tpEmis><cDV>5</cDV><tpAmb>1</tpAmb></ide>
<emit><CNPJ>14346737000175</CNPJ><xNome>QUIOSQUE EIRELI</xNome></emit>
<det nItem="1"><prod><cProd>FONE2894</cProd><cEAN/><xProd>FONE DE OUVIDO</xProd><NCM>85183000</NCM><CFOP>5102</CFOP>
<uCom>UND</uCom><qCom>1.0</qCom><vUnCom>69.90</vUnCom><vProd>69.90</vProd><indTot>1</indTot></prod>
<imposto><ICMS><ICMSSN102><orig>0</orig><CSOSN>102</CSOSN></ICMSSN102></ICMS></imposto></det>
<total><ICMSTot><vProd>69.90</vProd><vDesc>0.00</vDesc><vNF>69.90</vNF></ICMSTot></total>
<pag><tPag>01</tPag><vPag>30.00</vPag></pag>
<pag><tPag>04</tPag><vPag>40.00</vPag><card><tpIntegra>2</tpIntegra><tBand>01</tBand></card><vTroco>0.10</vTroco></pag>
</infNFe></NFe>"""

CFE = """<CFe><infCFe Id="CFe35170827192750000240590002257540001395955127" versao="0.07" versaoDadosEnt="0.07">
<ide><cUF>35</cUF><cNF>595512</cNF><mod>59</mod><nserieSAT>000225754</nserieSAT><nCFe>000139</nCFe><dEmi>20170808</dEmi>
<hEmi>151034</hEmi><cDV>7</cDV><tpAmb>1</tpAmb><CNPJ>22769530000131</CNPJ></ide>
<emit><CNPJ>27192750000240</CNPJ><xNome>MERCADO ME</xNome></emit><dest><CPF>52998224725</CPF></dest>
<det nItem="1"><prod><cProd>SUCO</cProd><xProd>Suco 1L</xProd><CFOP>5405</CFOP><uCom>UND</uCom><qCom>1.0000</qCom>
<vUnCom>16.500</vUnCom><vProd>16.50</vProd><indRegra>A</indRegra><vDesc>1.92</vDesc><vItem>13.58</vItem><vRatDesc>1.00</vRatDesc>
</prod><imposto><ICMS><ICMSSN102><Orig>0</Orig><CSOSN>500</CSOSN></ICMSSN102></ICMS></imposto></det>
<det nItem="2"><prod><cProd>PAO</cProd><cEAN>7891000100103</cEAN><xProd>Pão</xProd><NCM>19059090</NCM><CFOP>5102</CFOP>
<uCom>KG</uCom><qCom>0.5000</qCom><vUnCom>20.00</vUnCom><vProd>10.00</vProd><indRegra>A</indRegra><vOutro>0.50</vOutro>
<vItem>10.50</vItem></prod><imposto><ICMS><ICMS00><Orig>1</Orig><CST>00</CST></ICMS00></ICMS></imposto></det>
<total><ICMSTot><vProd>26.50</vProd><vDesc>1.92</vDesc><vOutro>0.50</vOutro></ICMSTot>
<DescAcrEntr><vDescSubtot>1.00</vDescSubtot></DescAcrEntr><vCFe>24.08</vCFe></total>
<pgto><MP><cMP>01</cMP><vMP>5.00</vMP></MP><MP><cMP>03</cMP><vMP>20.00</vMP><cAdmC>004</cAdmC><cAut>998877</cAut></MP>
<vTroco>0.92</vTroco></pgto></infCFe></CFe>"""

CFE_ANTES_DO_SAT = """<CFe><infCFe versaoDadosEnt="0.06"><ide><CNPJ>16716114000172</CNPJ></ide>
<emit><CNPJ>08723218000186</CNPJ></emit><dest/>
<det nItem="1"><prod><cProd>A</cProd><xProd>A</xProd><CFOP>5102</CFOP><uCom>KG</uCom><qCom>0.3330</qCom>
<vUnCom>10.00</vUnCom><indRegra>{regra}</indRegra></prod></det>
<det nItem="2"><prod><cProd>B</cProd><xProd>B</xProd><CFOP>5102</CFOP><uCom>KG</uCom><qCom>0.3370</qCom>
<vUnCom>10.05</vUnCom><indRegra>{regra}</indRegra><vDesc>0.38</vDesc></prod></det>
<total/><pgto><MP><cMP>01</cMP><vMP>10.00</vMP></MP></pgto></infCFe></CFe>"""

CFE_CANCELAMENTO = """<CFeCanc><infCFe Id="CFe35150908723218000186599000040190000378585470"
 chCanc="CFe35150908723218000186599000040190000360539948" versao="0.06"><dEmi>20150911</dEmi><hEmi>175840</hEmi>
<ide><cUF>35</cUF><cNF>858547</cNF><mod>59</mod><nserieSAT>900004019</nserieSAT><nCFe>000037</nCFe><dEmi>20150911</dEmi>
<hEmi>175921</hEmi><cDV>0</cDV></ide><emit><CNPJ>08723218000186</CNPJ><xNome>LOJA</xNome></emit><dest/>
<total><vCFe>2.00</vCFe></total></infCFe></CFeCanc>"""

EVENTO = """<procEventoNFe xmlns="http://www.portalfiscal.inf.br/nfe" versao="1.00"><evento versao="1.00"><infEvento>
<cOrgao>35</cOrgao><tpAmb>2</tpAmb><CNPJ>11222333000181</CNPJ><chNFe>35261111222333000181650010000000131100004813</chNFe>
<dhEvento>2026-11-20T10:25:00-03:00</dhEvento><tpEvento>{especie}</tpEvento><detEvento versao="1.00">
<descEvento>Cancelamento</descEvento><nProt>135260000000013</nProt><xJust>CLIENTE DESISTIU DA COMPRA</xJust></detEvento>
</infEvento></evento><retEvento versao="1.00"><infEvento><cStat>{cstat}</cStat>
<chNFe>35261111222333000181650010000000131100004813</chNFe><dhRegEvento>2026-11-20T10:25:03-03:00</dhRegEvento>
<nProt>135269999999999</nProt></infEvento></retEvento></procEventoNFe>"""

INUTILIZACAO = """<inutNFe xmlns="http://www.portalfiscal.inf.br/nfe" versao="4.00"><infInut Id="ID4110"><tpAmb>2</tpAmb>
<xServ>INUTILIZAR</xServ><cUF>41</cUF><ano>10</ano><CNPJ>76472349000430</CNPJ><mod>55</mod><serie>1</serie><nNFIni>101</nNFIni>
<nNFFin>105</nNFFin><xJust>Falha que pulou a sequencia</xJust></infInut></inutNFe>"""

INUTILIZADA = f"""<ProcInutNFe xmlns="http://www.portalfiscal.inf.br/nfe" versao="4.00">{INUTILIZACAO}
<retInutNFe versao="4.00"><infInut><cStat>102</cStat><nProt>141200000000001</nProt></infInut></retInutNFe></ProcInutNFe>"""
