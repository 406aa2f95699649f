"""EKS: the cluster is the environment's own control plane; associations reach its pods."""

import dataclasses
from typing import Any

from sandbox.aws.clusters import Clusters
from sandbox.aws.provider.ids import Facts, digits
from sandbox.aws.provider.records import Records
from sandbox.aws.provider.wire import Properties
from sandbox.aws.resources.handling import Call, Handler, Made
from sandbox.aws.resources.recorded import recorded


def _cluster(clusters: Clusters) -> Any:
    def extra(call: Call, facts: Facts) -> Properties:
        endpoint, authority = clusters.address(call.environment)
        issuer = f"https://oidc.eks.{call.region}.amazonaws.com/id/{digits(32).upper()}"
        network = {"clusterSecurityGroupId": f"sg-{digits()}", "vpcId": f"vpc-{digits()}"}
        return {
            "arn": f"arn:aws:eks:{call.region}:{call.account}:cluster/{facts.id}",
            "endpoint": endpoint,
            "certificateAuthority": {"data": authority},
            "identities": [{"oidcs": [{"issuer": issuer}]}],
            "status": "ACTIVE",
            "platformVersion": "eks.1",
            "vpcConfig": {**network, **call.inputs["vpcConfig"]},
            "accessConfig": {
                "authenticationMode": "CONFIG_MAP",
                **call.inputs.get("accessConfig", {}),
            },
            "kubernetesNetworkConfig": {
                "ipFamily": "ipv4",
                "serviceIpv4Cidr": "172.20.0.0/16",
                **call.inputs.get("kubernetesNetworkConfig", {}),
            },
            "upgradePolicy": {"supportType": "EXTENDED", **call.inputs.get("upgradePolicy", {})},
        }

    return extra


def _subject(properties: Properties) -> str:
    return f"{properties['namespace']}/{properties['serviceAccount']}"


def _association(clusters: Clusters, records: Records) -> Handler:
    plain = recorded(records)

    def create(call: Call) -> Made:
        fresh, _ = plain.create(call)
        clusters.bind(call.environment, _subject(call.inputs), str(call.inputs["roleArn"]))
        home = f"arn:aws:eks:{call.region}:{call.account}"
        arn = f"{home}:podidentityassociation/{call.inputs['clusterName']}/{fresh}"
        return Made(fresh, {"associationId": fresh, "associationArn": arn})

    def update(call: Call) -> Properties:
        clusters.bind(call.environment, _subject(call.inputs), str(call.inputs["roleArn"]))
        return {}

    def delete(call: Call) -> None:
        clusters.bind(call.environment, _subject(call.old), None)

    return dataclasses.replace(plain, create=create, update=update, delete=delete)


def handlers(clusters: Clusters, records: Records) -> dict[str, Handler]:
    """Return the handlers of the types that are joined to a control plane."""
    return {
        "aws:eks/cluster:Cluster": recorded(records, _cluster(clusters)),
        "aws:eks/podIdentityAssociation:PodIdentityAssociation": _association(clusters, records),
    }
