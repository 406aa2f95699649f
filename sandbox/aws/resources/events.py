"""Event rules, their targets, and schedules."""

from typing import Any

from sandbox.aws.provider.ids import digits
from sandbox.aws.provider.wire import Properties
from sandbox.aws.resources.handling import Call, Handler, Made, gone_is_fine, if_exists, pascal


def _bus(call: Call) -> dict[str, str]:
    name = call.inputs.get("eventBusName") or call.old.get("eventBusName")
    return {"EventBusName": str(name)} if name and name != "default" else {}


def _put_rule(call: Call) -> Properties:
    wanted, state = call.inputs, call.inputs.get("state")
    optional = {
        "EventPattern": wanted.get("eventPattern"),
        "ScheduleExpression": wanted.get("scheduleExpression"),
        "Description": wanted.get("description"),
        "RoleArn": wanted.get("roleArn"),
    }
    arn = call.aws("events").put_rule(
        Name=wanted["name"],
        State=state or ("DISABLED" if wanted.get("isEnabled") is False else "ENABLED"),
        **{key: value for key, value in optional.items() if value},
        **_bus(call),
    )["RuleArn"]
    return {"arn": arn}


def _create_rule(call: Call) -> Made:
    outputs = _put_rule(call)
    bus, name = _bus(call).get("EventBusName"), str(call.inputs["name"])
    return Made(f"{bus}/{name}" if bus else name, outputs)


def _read_rule(call: Call) -> Properties:
    rule = call.aws("events").describe_rule(Name=call.id.rpartition("/")[2], **_bus(call))
    return {"arn": rule["Arn"], "name": rule["Name"]}


def _delete_rule(call: Call) -> None:
    events, name = call.aws("events"), call.id.rpartition("/")[2]
    if call.old.get("forceDestroy"):
        targets = events.list_targets_by_rule(Rule=name, **_bus(call))["Targets"]
        if targets:
            events.remove_targets(Rule=name, Ids=[each["Id"] for each in targets], **_bus(call))
    events.delete_rule(Name=name, **_bus(call))


RULE = Handler(
    create=_create_rule,
    read=if_exists(_read_rule),
    update=_put_rule,
    delete=gone_is_fine(_delete_rule),
)

_TARGET_NAMES = {
    "input": "Input",
    "inputPath": "InputPath",
    "roleArn": "RoleArn",
    "deadLetterConfig": "DeadLetterConfig",
    "retryPolicy": "RetryPolicy",
}


def _target(call: Call, target_id: str) -> dict[str, Any]:
    wanted = call.inputs
    entry = {"Id": target_id, "Arn": wanted["arn"]}
    for key, name in _TARGET_NAMES.items():
        if wanted.get(key):
            entry[name] = pascal(wanted[key])
    if wanted.get("inputTransformer"):
        transformer = wanted["inputTransformer"]
        entry["InputTransformer"] = {
            "InputPathsMap": transformer.get("inputPaths", {}),
            "InputTemplate": transformer["inputTemplate"],
        }
    if wanted.get("sqsTarget"):
        entry["SqsParameters"] = pascal(wanted["sqsTarget"])
    return entry


def _put_target(call: Call, target_id: str) -> None:
    answer = call.aws("events").put_targets(
        Rule=str(call.inputs["rule"]).rpartition("/")[2],
        Targets=[_target(call, target_id)],
        **_bus(call),
    )
    for each in answer.get("FailedEntries", []):
        raise ValueError(f"target {each['TargetId']}: {each.get('ErrorMessage')}")


def _create_target(call: Call) -> Made:
    target = str(call.inputs.get("targetId") or f"target-{digits(12)}")
    _put_target(call, target)
    return Made(f"{call.inputs['rule']}-{target}", {"targetId": target})


def _update_target(call: Call) -> Properties:
    _put_target(call, str(call.old["targetId"]))
    return {}


def _read_target(call: Call) -> Properties | None:
    rule = str(call.old["rule"]).rpartition("/")[2]
    targets = call.aws("events").list_targets_by_rule(Rule=rule, **_bus(call))["Targets"]
    found = next((each for each in targets if each["Id"] == call.old["targetId"]), None)
    return {"arn": found["Arn"]} if found else None


def _delete_target(call: Call) -> None:
    call.aws("events").remove_targets(
        Rule=str(call.old["rule"]).rpartition("/")[2], Ids=[call.old["targetId"]], **_bus(call)
    )


TARGET = Handler(
    create=_create_target,
    read=if_exists(_read_target),
    update=_update_target,
    delete=gone_is_fine(_delete_target),
)


def _schedule(call: Call) -> dict[str, Any]:
    wanted = call.inputs
    target = dict(wanted["target"])
    parameters = target.pop("sagemakerPipelineParameters", None)
    bus = target.pop("eventbridgeParameters", None)
    request: dict[str, Any] = {
        "Name": wanted["name"],
        "GroupName": wanted.get("groupName") or "default",
        "ScheduleExpression": wanted["scheduleExpression"],
        "FlexibleTimeWindow": pascal(wanted["flexibleTimeWindow"]),
        "Target": pascal(target),
    }
    if parameters is not None:
        entries = [pascal(each) for each in parameters.get("pipelineParameters", [])]
        request["Target"]["SageMakerPipelineParameters"] = {"PipelineParameterList": entries}
    if bus is not None:
        # The provider spells it as one word, AWS as two.
        request["Target"]["EventBridgeParameters"] = pascal(bus)
    for key, name in (
        ("description", "Description"),
        ("scheduleExpressionTimezone", "ScheduleExpressionTimezone"),
        ("state", "State"),
        ("kmsKeyArn", "KmsKeyArn"),
    ):
        if wanted.get(key):
            request[name] = wanted[key]
    return request


def _create_schedule(call: Call) -> Made:
    request = _schedule(call)
    arn = call.aws("scheduler").create_schedule(**request)["ScheduleArn"]
    outputs = {"arn": arn, "groupName": request["GroupName"], "state": "ENABLED"}
    if call.inputs.get("state"):
        outputs["state"] = call.inputs["state"]
    return Made(f"{request['GroupName']}/{request['Name']}", outputs)


def _read_schedule(call: Call) -> Properties:
    group, _, name = call.id.partition("/")
    found = call.aws("scheduler").get_schedule(GroupName=group, Name=name)
    return {"arn": found["Arn"], "state": found["State"]}


def _update_schedule(call: Call) -> Properties:
    call.aws("scheduler").update_schedule(**_schedule(call))
    return {}


def _delete_schedule(call: Call) -> None:
    group, _, name = call.id.partition("/")
    call.aws("scheduler").delete_schedule(GroupName=group, Name=name)


SCHEDULE = Handler(
    create=_create_schedule,
    read=if_exists(_read_schedule),
    update=_update_schedule,
    delete=gone_is_fine(_delete_schedule),
)
