"""Messages of the container runtime interface, generated.

From `pkg/apis/runtime/v1/api.proto` of the Go module k8s.io/cri-api v0.37.2, laid in this folder:
`python -m grpc_tools.protoc -I . --python_out=. --pyi_out=. <this folder>/api.proto`; in the .pyi,
`_Mapping` was given its type arguments.
"""
