/* The page of a mass reprocess, kept up to date; and forms that are sent once, however often they are clicked. */
"use strict";
(function () {
  const INTERVALO = 2000;
  const painel = document.querySelector("[data-andamento]");

  for (const formulario of document.querySelectorAll("form[data-uma-vez]")) {
    formulario.addEventListener("submit", function () {
      for (const botao of formulario.querySelectorAll("[type=submit]")) { botao.disabled = true; }
    });
  }

  async function trocarFalhas() {
    const resposta = await fetch(location.href);
    if (!resposta.ok) { return; }
    const nova = new DOMParser().parseFromString(await resposta.text(), "text/html").getElementById("falhas");
    if (nova) { document.getElementById("falhas").replaceWith(nova); }
  }

  function escrever(quadro) {
    for (const lugar of document.querySelectorAll("[data-quadro]")) {
      lugar.textContent = quadro[lugar.dataset.quadro];
    }
    painel.querySelector("progress").value = quadro.porcento;
  }

  async function perguntar() {
    try {
      const resposta = await fetch(painel.dataset.andamento, {headers: {Accept: "application/json"}});
      if (resposta.ok && !resposta.redirected) {
        const quadro = await resposta.json();
        if (!quadro.vivo || quadro.situacao !== painel.dataset.situacao) { location.reload(); return; }
        escrever(quadro);
        if (quadro.falhas !== painel.dataset.falhas) {
          painel.dataset.falhas = quadro.falhas;
          await trocarFalhas();
        }
      }
    } catch (erro) {
      // the server is away for a moment: asked again at the next turn
    }
    setTimeout(perguntar, INTERVALO);
  }

  if (painel) { setTimeout(perguntar, INTERVALO); }
})();
