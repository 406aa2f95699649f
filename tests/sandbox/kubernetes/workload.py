"""What the tests run: a small server, and a deployment of it that `restricted` accepts."""

from typing import Any

NAMESPACE = "models"
Object = dict[str, Any]
UNHURRIED = {"timeoutSeconds": 20}
"""For probes: by default a second without an answer counts as a refusal."""

# Serves as a small container does: answers with its pod's name, drains when told to stop.
SERVER = """
import http.server, os, signal, sys, threading, urllib.request
class Handler(http.server.BaseHTTPRequestHandler):
    ill = False
    def do_GET(self):
        if self.path == "/crash":
            os._exit(7)
        if self.path == "/fall-ill":
            Handler.ill = True
        uri = os.environ.get("AWS_CONTAINER_CREDENTIALS_FULL_URI")
        answer = os.environ["POD_NAME"] + " " + os.environ.get("VERSION", "")
        if self.path == "/credentials":
            request = urllib.request.Request(uri or "http://127.0.0.1:1/none")
            file = os.environ.get("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")
            if file:
                request.add_header("Authorization", open(file).read())
            try:
                answer = urllib.request.urlopen(request, timeout=60).read().decode()
            except Exception as error:
                answer = repr(error)
        self.send_response(500 if self.path == "/alive" and Handler.ill else 200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer.encode())
    def log_message(self, *args):
        pass
class Server(http.server.ThreadingHTTPServer):
    daemon_threads = False
    request_queue_size = 128
server = Server((os.environ["POD_IP"], 8080), Handler)
def stop(*_):
    print("draining", flush=True)
    threading.Thread(target=server.shutdown).start()
signal.signal(signal.SIGTERM, stop)
print("serving", os.environ["POD_NAME"], flush=True)
server.serve_forever(0.05)
server.server_close()
"""


def deployment(app: str, image: str, **changes: Any) -> Object:
    """A deployment that the `restricted` level accepts."""
    container = {
        "name": "server",
        "image": image,
        "env": [
            {"name": "POD_IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}},
            {"name": "POD_NAME", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
            {"name": "VERSION", "value": changes.get("version", "1")},
        ],
        "readinessProbe": {
            "httpGet": {"path": "/", "port": 8080},
            "periodSeconds": 1,
            **UNHURRIED,
        },
        "resources": {
            "requests": {"cpu": "50m", "memory": "32Mi", "ephemeral-storage": "1Mi"},
            "limits": {"memory": "128Mi", "ephemeral-storage": "64Mi"},
        },
        "livenessProbe": {"exec": {"command": ["test", "-f", "/app/server.py"]}, **UNHURRIED},
        "volumeMounts": [
            {"name": "scratch", "mountPath": "/scratch"},
            {"name": "settings", "mountPath": "/etc/settings"},
            {"name": "secret", "mountPath": "/etc/secret"},
        ],
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": app, "namespace": NAMESPACE},
        "spec": {
            "replicas": changes.get("replicas", 1),
            "strategy": {"rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}},
            "selector": {"matchLabels": {"app": app}},
            "template": {
                "metadata": {"labels": {"app": app}},
                "spec": {
                    "serviceAccountName": changes.get("account", "default"),
                    "terminationGracePeriodSeconds": 5,
                    "securityContext": {
                        "runAsNonRoot": True,
                        "runAsUser": 10001,
                        "fsGroup": 10001,
                        "seccompProfile": {"type": "RuntimeDefault"},
                    },
                    "containers": [container],
                    "volumes": [
                        {"name": "scratch", "emptyDir": {}},
                        {"name": "settings", "configMap": {"name": "settings"}},
                        {"name": "secret", "secret": {"secretName": "secret"}},
                    ],
                },
            },
        },
    }
