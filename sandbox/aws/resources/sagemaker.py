"""Model package groups and pipelines."""

from typing import Any

from sandbox.aws.provider.wire import Properties
from sandbox.aws.resources.handling import Call, Handler, Made, document, gone_is_fine, if_exists


def _create_group(call: Call) -> Made:
    wanted = call.inputs
    optional = {"ModelPackageGroupDescription": wanted.get("modelPackageGroupDescription")}
    name = str(wanted["modelPackageGroupName"])
    arn = call.aws("sagemaker").create_model_package_group(
        ModelPackageGroupName=name,
        Tags=call.tag_list,
        **{key: value for key, value in optional.items() if value},
    )["ModelPackageGroupArn"]
    return Made(name, {"arn": arn})


def _read_group(call: Call) -> Properties:
    found = call.aws("sagemaker").describe_model_package_group(ModelPackageGroupName=call.id)
    return {"arn": found["ModelPackageGroupArn"], "modelPackageGroupName": call.id}


def _delete_group(call: Call) -> None:
    call.aws("sagemaker").delete_model_package_group(ModelPackageGroupName=call.id)


GROUP = Handler(
    create=_create_group, read=if_exists(_read_group), delete=gone_is_fine(_delete_group)
)


def _pipeline(call: Call) -> dict[str, Any]:
    wanted = call.inputs
    request: dict[str, Any] = {
        "PipelineName": wanted["pipelineName"],
        "PipelineDisplayName": wanted["pipelineDisplayName"],
        "RoleArn": wanted.get("roleArn") or f"arn:aws:iam::{call.account}:role/none",
    }
    if wanted.get("pipelineDefinition"):
        request["PipelineDefinition"] = document(wanted["pipelineDefinition"])
    location = wanted.get("pipelineDefinitionS3Location")
    if location:
        request["PipelineDefinitionS3Location"] = {
            "Bucket": location["bucket"],
            "ObjectKey": location["objectKey"],
        }
    if wanted.get("pipelineDescription"):
        request["PipelineDescription"] = wanted["pipelineDescription"]
    if wanted.get("parallelismConfiguration"):
        steps = wanted["parallelismConfiguration"]["maxParallelExecutionSteps"]
        request["ParallelismConfiguration"] = {"MaxParallelExecutionSteps": steps}
    return request


def _create_pipeline(call: Call) -> Made:
    arn = call.aws("sagemaker").create_pipeline(
        ClientRequestToken="0" * 32, Tags=call.tag_list, **_pipeline(call)
    )["PipelineArn"]
    return Made(str(call.inputs["pipelineName"]), {"arn": arn})


def _read_pipeline(call: Call) -> Properties:
    found = call.aws("sagemaker").describe_pipeline(PipelineName=call.id)
    return {"arn": found["PipelineArn"], "pipelineName": call.id}


def _update_pipeline(call: Call) -> Properties:
    call.aws("sagemaker").update_pipeline(**_pipeline(call))
    return {}


def _delete_pipeline(call: Call) -> None:
    call.aws("sagemaker").delete_pipeline(PipelineName=call.id, ClientRequestToken="0" * 32)


PIPELINE = Handler(
    create=_create_pipeline,
    read=if_exists(_read_pipeline),
    update=_update_pipeline,
    delete=gone_is_fine(_delete_pipeline),
)
