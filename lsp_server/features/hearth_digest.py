import hashlib
from typing import Any

from hearth.lsp_server.params import DocumentParams, read
from hearth.lsp_server.session import Server


async def handle(ls: Server, params: Any) -> dict[str, Any] | None:
    """`{textDocument}` -> version and SHA-256 (of UTF-8) of the text as we have it: is ours the client's?"""
    document = ls.documents.get(read(params, DocumentParams).text_document.uri)
    if document is None:
        return None
    digest = hashlib.sha256(document.text.encode("utf-8", "surrogatepass")).hexdigest()
    return {"version": document.version, "sha256": digest}
