/* The lines of a stock document: the product's name beside its code, suggestions while typing, more lines. */
"use strict";
(function () {
  const formulario = document.getElementById("documento");
  const corpo = document.querySelector("#linhas tbody");
  const sugestoes = document.getElementById("sugestoes");
  const total = document.getElementById("id_linhas-TOTAL_FORMS");
  const maximo = Number(document.getElementById("id_linhas-MAX_NUM_FORMS").value);
  const modelo = document.getElementById("linha-vazia").innerHTML;
  let espera = null;

  async function procurar(texto) {
    const resposta = await fetch(formulario.dataset.procurar + "?q=" + encodeURIComponent(texto));
    return resposta.ok ? (await resposta.json()).produtos : [];
  }

  function nomear(campo, texto) {
    campo.closest("tr").querySelector(".nome-produto").textContent = texto;
  }

  async function aoSair(campo) {
    const texto = campo.value.trim();
    if (!texto) { nomear(campo, ""); return; }
    const achados = await procurar(texto);
    if (campo.value.trim() !== texto) { return; }
    if (achados.length === 1) {
      campo.value = achados[0].codigo;
      nomear(campo, achados[0].descricao + " (" + achados[0].unidade + ")");
    } else {
      nomear(campo, achados.length ? "vários produtos; escolha um" : "não encontrado");
    }
  }

  function aoDigitar(campo) {
    clearTimeout(espera);
    const texto = campo.value.trim();
    if (texto.length < 2) { return; }
    espera = setTimeout(async function () {
      const achados = await procurar(texto);
      sugestoes.replaceChildren(...achados.map(function (produto) {
        const opcao = document.createElement("option");
        opcao.value = produto.codigo;
        opcao.textContent = produto.descricao;
        return opcao;
      }));
    }, 250);
  }

  function acrescentar() {
    const numero = Number(total.value);
    if (numero >= maximo) { return; }
    corpo.insertAdjacentHTML("beforeend", modelo.replaceAll("__prefix__", numero));
    total.value = numero + 1;
    preparar(corpo.lastElementChild);
  }

  function preparar(linha) {
    const campo = linha.querySelector("[data-produto]");
    campo.setAttribute("list", "sugestoes");
    campo.addEventListener("change", function () { aoSair(campo); });
    campo.addEventListener("input", function () { aoDigitar(campo); });
    campo.addEventListener("focus", function () {
      if (linha === corpo.lastElementChild) { acrescentar(); }
    });
  }

  // Enter moves on, as a barcode reader sends it after each code; only the button posts.
  corpo.addEventListener("keydown", function (evento) {
    if (evento.key !== "Enter" || evento.target.tagName !== "INPUT") { return; }
    evento.preventDefault();
    const campos = Array.from(corpo.querySelectorAll("input"));
    const seguinte = campos[campos.indexOf(evento.target) + 1];
    if (seguinte) { seguinte.focus(); }
  });
  corpo.querySelectorAll("tr").forEach(preparar);
  formulario.querySelector("[name=mais]").addEventListener("click", function () {
    for (let i = 0; i < 5; i += 1) { acrescentar(); }
  });
}());
