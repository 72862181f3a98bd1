"""Every error that Hearth raises on purpose.

HearthError
├── RequestError             what is wrong with one request, and not with the model or what runs it
│   ├── InvalidRequest       it makes no sense: malformed, empty, or about something that cannot be
│   ├── RequestForbidden     the user's settings, or secrets in the file, forbid it
│   └── EditRefused          a model's edit that must not be applied, with the reason
├── SettingsError            a setting has a wrong name, type or value
├── ModelError
│   ├── UnknownModel         no catalog row, path or store entry has this name
│   ├── ModelMissing         known, but not on this disk
│   ├── DownloadFailed       network, server or cancelled; the partial file is kept
│   ├── DigestMismatch       the bytes are not those that the catalog names; kept aside
│   ├── DiskFull             not enough room for the file
│   ├── BrokenModel          the file is not a GGUF that llama.cpp can use
│   └── NotEnoughMemory      it would not fit into the free memory
├── BackendError
│   ├── BackendUnavailable   nothing answers, or it cannot be started
│   ├── HostDied             the host process ended while a request was running
│   ├── RequestRefused       the backend understood the request and refused it
│   └── RemoteNotAllowed     a non-loopback address without `allow_remote`
└── PromptTooLong            the context window of the model, or of its server, is too small

A `RequestError` is an answer to that request. The others say how the model is, so they are its status too.
The message is for the user: what happened and what to do about it, in a sentence or two.
"""


class HearthError(Exception):
    """The root; `str(error)` can be shown to the user."""


class RequestError(HearthError):
    pass


class InvalidRequest(RequestError):
    pass


class RequestForbidden(RequestError):
    pass


class EditRefused(RequestError):
    pass


class SettingsError(HearthError):
    pass


class ModelError(HearthError):
    pass


class UnknownModel(ModelError):
    pass


class ModelMissing(ModelError):
    pass


class DownloadFailed(ModelError):
    pass


class DigestMismatch(ModelError):
    pass


class DiskFull(ModelError):
    pass


class BrokenModel(ModelError):
    pass


class NotEnoughMemory(ModelError):
    pass


class BackendError(HearthError):
    pass


class BackendUnavailable(BackendError):
    pass


class HostDied(BackendError):
    pass


class RequestRefused(BackendError):
    pass


class RemoteNotAllowed(BackendError):
    pass


class PromptTooLong(HearthError):
    pass
