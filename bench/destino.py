"""The other side of the queue, for the bench: answers every POST with 200 after 50 ms. Says its port, and serves."""

from __future__ import annotations

import asyncio

DEMORA = 0.05
_RESPOSTA = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 18\r\n\r\n{"mensagem": "OK"}'


async def _atender(leitor: asyncio.StreamReader, escritor: asyncio.StreamWriter) -> None:
    try:
        while True:
            cabecalhos = (await leitor.readuntil(b"\r\n\r\n")).lower()
            await leitor.readexactly(int(cabecalhos.split(b"content-length:")[1].split(b"\r\n")[0]))
            await asyncio.sleep(DEMORA)
            escritor.write(_RESPOSTA)
            await escritor.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        escritor.close()


async def _servir() -> None:
    servidor = await asyncio.start_server(_atender, "127.0.0.1", 0)
    print(servidor.sockets[0].getsockname()[1], flush=True)
    await servidor.serve_forever()


if __name__ == "__main__":
    asyncio.run(_servir())
