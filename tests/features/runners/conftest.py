"""A file server on the loopback address: files that no process here can reach by a local path."""

import socket
import threading
from collections.abc import Iterator
from pathlib import PurePosixPath
from socketserver import StreamRequestHandler, ThreadingTCPServer

import pytest


class Files(ThreadingTCPServer):
    """An FTP server (RFC 959, 3659) whose files lie in its memory."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Session)
        self.files: dict[PurePosixPath, bytes] = {}
        self.folders = {PurePosixPath("/")}

    @property
    def address(self) -> str:
        return f"ftp://127.0.0.1:{self.server_address[1]}"

    def under(self, folder: str) -> dict[str, bytes]:
        """The files below a folder, by their paths from there."""
        found = {p: c for p, c in self.files.items() if PurePosixPath(folder) in p.parents}
        return {str(path.relative_to(folder)): content for path, content in found.items()}


class Session(StreamRequestHandler):
    server: Files

    def setup(self) -> None:
        # a client sends the end of its "stop" out of band
        self.request.setsockopt(socket.SOL_SOCKET, socket.SO_OOBINLINE, 1)
        super().setup()
        self.begin, self.door = 0, socket.create_server(("127.0.0.1", 0))

    def handle(self) -> None:
        self.reply("220 here")
        for line in self.rfile:
            word, _, rest = line.decode().strip().lstrip("\xf2\xff").partition(" ")
            found = getattr(self, f"do_{word.lower()}", None)
            if found is None:
                self.reply("502 not known")
            elif (answer := found(PurePosixPath("/") / rest)) is not None:
                self.reply(answer)

    def finish(self) -> None:
        self.door.close()
        super().finish()

    def reply(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())

    def do_user(self, _: PurePosixPath) -> str:
        return "230 welcome"

    do_pass = do_user

    def do_type(self, _: PurePosixPath) -> str:
        return "200 so be it"

    def do_abor(self, _: PurePosixPath) -> str:
        return "226 stopped"

    def do_pasv(self, _: PurePosixPath) -> str:
        self.door.close()
        self.door = socket.create_server(("127.0.0.1", 0))
        port = self.door.getsockname()[1]
        return f"227 entering (127,0,0,1,{port // 256},{port % 256})"

    def do_rest(self, place: PurePosixPath) -> str:
        self.begin = int(place.name)
        return "350 from there"

    def do_mlsd(self, folder: PurePosixPath) -> str | None:
        if folder not in self.server.folders:
            return "550 no such folder"
        lines = [f"type=dir; {f.name}" for f in list(self.server.folders) if f.parent == folder]
        lines += [
            f"type=file;size={len(content)}; {path.name}"
            for path, content in list(self.server.files.items())
            if path.parent == folder
        ]
        return self.send("".join(f"{line}\r\n" for line in lines if line[-1] != " ").encode())

    def do_retr(self, path: PurePosixPath) -> str | None:
        content = self.server.files.get(path)
        return "550 no such file" if content is None else self.send(content[self.begin :])

    def do_stor(self, path: PurePosixPath) -> str:
        if path.parent not in self.server.folders:
            return "550 no such folder"
        self.reply("150 send")
        with self.door.accept()[0] as sent, sent.makefile("rb") as file:
            before = self.server.files.get(path, b"")[: self.begin]
            self.server.files[path] = before + file.read()
        self.begin = 0
        return "226 done"

    def do_mkd(self, folder: PurePosixPath) -> str:
        if folder in self.server.folders or folder.parent not in self.server.folders:
            return "550 cannot be made"
        self.server.folders.add(folder)
        return f'257 "{folder}"'

    def do_dele(self, path: PurePosixPath) -> str:
        return "550 no such file" if self.server.files.pop(path, None) is None else "250 gone"

    def send(self, content: bytes) -> str:
        self.reply("150 here it comes")
        self.begin = 0
        try:
            with self.door.accept()[0] as to:
                to.sendall(content)
        except OSError:
            return "426 cut off"
        return "226 done"


@pytest.fixture
def elsewhere() -> Iterator[Files]:
    """A server of files, and what they hold."""
    with Files() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()
