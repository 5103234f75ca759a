/* Buttons that copy: the text of an element by its id, or of the box below the button. */
"use strict";
(function () {
  function antigo(texto) {
    // plain HTTP on the shop's network has no navigator.clipboard
    const area = document.createElement("textarea");
    area.value = texto;
    area.style.position = "fixed";
    area.style.opacity = "0";
    document.body.appendChild(area);
    area.select();
    const deu = document.execCommand("copy");
    area.remove();
    return deu;
  }

  async function copiar(texto) {
    try {
      await navigator.clipboard.writeText(texto);
      return true;
    } catch (erro) {
      return antigo(texto);
    }
  }

  document.addEventListener("click", async function (evento) {
    const botao = evento.target.closest("[data-copiar], [data-copiar-texto]");
    if (!botao) { return; }
    const fonte = botao.dataset.copiar
      ? document.getElementById(botao.dataset.copiar)
      : botao.parentElement.nextElementSibling;
    const dizia = botao.dataset.dizia || botao.textContent;
    botao.dataset.dizia = dizia;
    botao.textContent = await copiar(fonte.textContent) ? "Copiado" : "Não deu: selecione e copie";
    setTimeout(function () { botao.textContent = dizia; }, 2500);
  });
})();
