"""The browser that takes the pictures."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from captura.ambiente import SENHA, USUARIO
from captura.telas import CLARO, Foto, Modo


def entrar(pagina: Page, url: str) -> None:
    pagina.goto(f"{url}/admin/login/")
    pagina.fill("input[name=username]", USUARIO)
    pagina.fill("input[name=password]", SENHA)
    pagina.click("button[type=submit]")
    pagina.wait_for_url(f"{url}/admin/")


def fotografar(url: str, lista: list[Foto], modos: tuple[Modo, ...], saida: Path) -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        raise SystemExit("chromium não encontrado: instale-o (apt-get install chromium)")
    saida.mkdir(parents=True, exist_ok=True)
    argumentos = ["--lang=pt-BR", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as p:
        navegador = p.chromium.launch(executable_path=chromium, args=argumentos)
        for modo in modos:
            tela = navegador.new_context(
                viewport={"width": modo.largura, "height": 900},
                color_scheme="dark" if modo.escuro else "light",
                locale="pt-BR",
                timezone_id="America/Sao_Paulo",
            )
            tela.set_default_timeout(120_000)  # a busy machine is slow, not broken
            pagina = tela.new_page()
            pagina.on("pageerror", lambda erro: print(f"  erro na página: {erro}"))
            if modo is CLARO:
                pagina.goto(f"{url}/admin/login/")
                gravar(pagina, saida / "entrar.png", 560)
            entrar(pagina, url)
            for foto in lista:
                resposta = pagina.goto(f"{url}{foto.endereco}")
                pagina.wait_for_load_state("networkidle")
                print(f"{resposta.status if resposta else '?'} {foto.nome}{modo.sufixo}")
                gravar(pagina, saida / f"{foto.nome}{modo.sufixo}.png", foto.altura)
            tela.close()
        navegador.close()


def gravar(pagina: Page, arquivo: Path, altura: int | None) -> None:
    largura = pagina.viewport_size["width"] if pagina.viewport_size else CLARO.largura
    pagina.set_viewport_size({"width": largura, "height": altura or 900})
    pagina.screenshot(path=str(arquivo), full_page=altura is None, animations="disabled")
    pagina.set_viewport_size({"width": largura, "height": 900})
    if pngquant := shutil.which("pngquant"):
        comando = [pngquant, "--force", "--skip-if-larger", "--ext", ".png", "--quality", "60-90", str(arquivo)]
        subprocess.run(comando, check=False)
