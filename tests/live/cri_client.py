#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""usage: cri_client.py SOCKET DIR start NAME IMAGE ARG... | stop SANDBOX

Starts or removes a pod of one container over the CRI v1 socket.  gRPC by hand, carried by
curl: the few messages needed are encoded here, so that the tests need no library.
"""
import struct
import subprocess
import sys

SOCKET, DIR = sys.argv[1:3]
POD_NAMESPACE = "bw-pods"
NAMESPACE_POD, NAMESPACE_NODE = 0, 2


def varint(number):
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def field(number, value):
    """One protobuf field: integers as varint, strings and bytes with their length."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    if isinstance(value, str):
        value = value.encode()
    return varint(number << 3 | 2) + varint(len(value)) + value


def pairs(number, mapping):
    return b"".join(field(number, field(1, k) + field(2, v)) for k, v in mapping.items())


def first_string(message):
    """The value of field 1, which in all replies used here is the id."""
    if not message or message[0] != (1 << 3 | 2):
        sys.exit("cri_client: no id in the reply")
    return message[2 : 2 + message[1]].decode()


def call(method, message):
    frame = b"\0" + struct.pack(">I", len(message)) + message
    headers = DIR + "/cri.headers"
    done = subprocess.run(
        ["curl", "-sS", "--http2-prior-knowledge", "--unix-socket", SOCKET,
         "-H", "content-type: application/grpc", "-H", "te: trailers",
         "--data-binary", "@-", "-D", headers,
         "http://localhost/runtime.v1.RuntimeService/" + method],
        input=frame, stdout=subprocess.PIPE, check=True)
    with open(headers, encoding="utf-8") as lines:
        status = {key: value.strip() for key, _, value in (l.partition(":") for l in lines)}
    if status.get("grpc-status", "0") != "0":
        sys.exit("cri_client: %s: %s" % (method, status.get("grpc-message")))
    return done.stdout[5:]


def pod_config(name):
    uid = "00000000-1111-2222-3333-" + "%012x" % (hash(name) & 0xFFFFFFFFFFFF)
    labels = {
        "io.kubernetes.pod.name": name,
        "io.kubernetes.pod.namespace": POD_NAMESPACE,
        "io.kubernetes.pod.uid": uid,
        "app": "bw-" + name,
    }
    namespaces = field(1, NAMESPACE_POD)
    linux = field(1, "/kubepods/burstable/pod" + uid) + field(2, field(1, namespaces))
    metadata = field(1, name) + field(2, uid) + field(3, POD_NAMESPACE)
    return (field(1, metadata) + field(2, name) + field(3, DIR + "/podlogs")
            + pairs(6, labels) + field(8, linux)), labels


def start(name, image, argv):
    config, labels = pod_config(name)
    sandbox = first_string(call("RunPodSandbox", field(1, config)))
    print("sandbox", sandbox, flush=True)
    del labels["app"]
    labels["io.kubernetes.container.name"] = "app"
    security = field(3, field(1, NAMESPACE_POD))
    container = (field(1, field(1, "app")) + field(2, field(1, image))
                 + b"".join(field(3, arg) for arg in argv) + pairs(9, labels)
                 + field(11, "app.log") + field(15, field(2, security)))
    created = call("CreateContainer", field(1, sandbox) + field(2, container) + field(3, config))
    ident = first_string(created)
    call("StartContainer", field(1, ident))
    print("container", ident)


def stop(sandbox):
    call("StopPodSandbox", field(1, sandbox))
    call("RemovePodSandbox", field(1, sandbox))


if sys.argv[3] == "start":
    start(sys.argv[4], sys.argv[5], sys.argv[6:])
else:
    stop(sys.argv[4])
