/* The top of the Monitor's page, kept up to date; and forms that are sent once, however often they are clicked. */
"use strict";
(function () {
  const INTERVALO = 5000;

  function umaVez(raiz) {
    for (const formulario of raiz.querySelectorAll("form[data-uma-vez]")) {
      formulario.addEventListener("submit", function () {
        // after the browser has read which button was clicked
        setTimeout(function () {
          for (const botao of formulario.querySelectorAll("[type=submit]")) { botao.disabled = true; }
        });
      });
    }
  }

  async function perguntar() {
    const topo = document.getElementById("monitor-topo");
    try {
      if (!document.hidden && !topo.contains(document.activeElement)) {
        const resposta = await fetch(topo.dataset.monitor);
        if (resposta.ok && !resposta.redirected) {
          const novo = new DOMParser().parseFromString(await resposta.text(), "text/html").getElementById("monitor-topo");
          if (novo && !topo.contains(document.activeElement)) {
            topo.replaceWith(novo);
            umaVez(novo);
          }
        }
      }
    } catch (erro) {
      // the server is away for a moment: asked again at the next turn
    }
    setTimeout(perguntar, INTERVALO);
  }

  document.addEventListener("DOMContentLoaded", function () {
    umaVez(document);
    if (document.getElementById("monitor-topo")) { setTimeout(perguntar, INTERVALO); }
  });
})();
