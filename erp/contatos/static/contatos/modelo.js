/* The preview follows what is typed; a click on a field writes it where the cursor last was. */
"use strict";
(function () {
  document.addEventListener("DOMContentLoaded", function () {
    const quadro = document.getElementById("previa");
    if (!quadro) { return; }
    const campos = ["assunto", "corpo"].map(function (nome) { return document.getElementById("id_" + nome); })
      .filter(Boolean);  // one of WhatsApp has no subject
    if (!campos.length) { return; }
    let ultimo = campos[campos.length - 1];
    let espera = null;
    let pedido = 0;

    async function atualizar() {
      const este = ++pedido;
      quadro.classList.add("ctt-esperando");
      const corpo = new FormData();
      corpo.append("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]").value);
      campos.forEach(function (campo) { corpo.append(campo.name, campo.value); });
      try {
        const resposta = await fetch(quadro.dataset.url, { method: "POST", body: corpo, credentials: "same-origin" });
        if (este === pedido && resposta.ok && !resposta.redirected) { quadro.innerHTML = await resposta.text(); }
      } finally {
        if (este === pedido) { quadro.classList.remove("ctt-esperando"); }
      }
    }

    function mudou() {
      clearTimeout(espera);
      espera = setTimeout(atualizar, 400);
    }

    campos.forEach(function (campo) {
      campo.addEventListener("input", mudou);
      campo.addEventListener("focus", function () { ultimo = campo; });
    });
    document.addEventListener("click", function (evento) {
      const botao = evento.target.closest("[data-campo]");
      if (!botao) { return; }
      const texto = "{{" + botao.dataset.campo + "}}";
      ultimo.setRangeText(texto, ultimo.selectionStart, ultimo.selectionEnd, "end");
      ultimo.focus();
      mudou();
    });
  });
})();
