"""The other side of the charges, for the bench: Efí's API in little, each answer after 50 ms. Says its port, and serves.

One charge in ten is paid; the others wait, as most do.
"""

from __future__ import annotations

import asyncio
import json

DEMORA = 0.05
PAGA_A_CADA = 10
_TOKEN = {"access_token": "bancada", "token_type": "Bearer", "expires_in": 3600}


async def _atender(leitor: asyncio.StreamReader, escritor: asyncio.StreamWriter) -> None:
    try:
        while True:
            linha, _, resto = (await leitor.readuntil(b"\r\n\r\n")).partition(b"\r\n")
            tamanho = resto.lower().partition(b"content-length:")[2].split(b"\r\n")[0]
            if tamanho.strip():
                await leitor.readexactly(int(tamanho))
            await asyncio.sleep(DEMORA)
            corpo = json.dumps(_responder(linha.split(b" ")[1].decode())).encode()
            escritor.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(corpo)
            )
            escritor.write(corpo)
            await escritor.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        escritor.close()


def _responder(caminho: str) -> object:
    numero = caminho.rpartition("/")[2]
    if not numero.isdigit():
        return _TOKEN
    status = "paid" if int(numero) % PAGA_A_CADA == 0 else "waiting"
    return {"code": 200, "data": {"charge_id": int(numero), "status": status, "total": 10_000}}


async def _servir() -> None:
    servidor = await asyncio.start_server(_atender, "127.0.0.1", 0)
    print(servidor.sockets[0].getsockname()[1], flush=True)
    await servidor.serve_forever()


if __name__ == "__main__":
    asyncio.run(_servir())
