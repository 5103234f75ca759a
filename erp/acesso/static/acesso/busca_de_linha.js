"use strict";
// The search of a choice is asked by POST, and takes the form's token with it. See BuscaDeLinha.
django.jQuery.ajaxPrefilter((opcoes, _original, pedido) => {
    const ficha = document.querySelector("[name=csrfmiddlewaretoken]");
    if (opcoes.type === "POST" && !opcoes.crossDomain && ficha) {
        pedido.setRequestHeader("X-CSRFToken", ficha.value);
    }
});
