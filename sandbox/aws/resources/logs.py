"""Log groups and the metrics counted in them."""

from sandbox.aws.provider.wire import Properties
from sandbox.aws.resources.handling import Call, Handler, Made, gone_is_fine, if_exists, pascal


def _log_group_arn(call: Call, name: str) -> str:
    return f"arn:aws:logs:{call.region}:{call.account}:log-group:{name}"


def _retain(call: Call, name: str) -> None:
    days = call.inputs.get("retentionInDays")
    logs = call.aws("logs")
    if days:
        logs.put_retention_policy(logGroupName=name, retentionInDays=int(days))
    elif call.old.get("retentionInDays"):
        logs.delete_retention_policy(logGroupName=name)


def _create_log_group(call: Call) -> Made:
    name = str(call.inputs["name"])
    optional = {"kmsKeyId": call.inputs["kmsKeyId"]} if call.inputs.get("kmsKeyId") else {}
    call.aws("logs").create_log_group(logGroupName=name, tags=call.tags, **optional)
    _retain(call, name)
    outputs = {"arn": _log_group_arn(call, name), "logGroupClass": "STANDARD"}
    if call.inputs.get("logGroupClass"):
        outputs["logGroupClass"] = call.inputs["logGroupClass"]
    return Made(name, outputs)


def _read_log_group(call: Call) -> Properties | None:
    groups = call.aws("logs").describe_log_groups(logGroupNamePrefix=call.id)["logGroups"]
    found = next((each for each in groups if each["logGroupName"] == call.id), None)
    if found is None:
        return None
    observed: Properties = {"name": call.id, "arn": _log_group_arn(call, call.id)}
    if "retentionInDays" in call.old:
        observed["retentionInDays"] = found.get("retentionInDays", 0)
    return observed


def _update_log_group(call: Call) -> Properties:
    _retain(call, call.id)
    return {}


def _delete_log_group(call: Call) -> None:
    if not call.old.get("skipDestroy"):
        call.aws("logs").delete_log_group(logGroupName=call.id)


LOG_GROUP = Handler(
    create=_create_log_group,
    read=if_exists(_read_log_group),
    update=_update_log_group,
    delete=gone_is_fine(_delete_log_group),
)


def _put_metric_filter(call: Call) -> Properties:
    transformation = dict(call.inputs["metricTransformation"])
    request = {
        f"{key[:1].lower()}{key[1:]}": value
        for key, value in pascal(transformation).items()
        if key in ("Name", "Namespace", "Value", "DefaultValue", "Unit")
    }
    request["metricName"] = request.pop("name")
    request["metricNamespace"] = request.pop("namespace")
    request["metricValue"] = request.pop("value")
    if "defaultValue" in request:
        request["defaultValue"] = float(request["defaultValue"])
    call.aws("logs").put_metric_filter(
        logGroupName=call.inputs["logGroupName"],
        filterName=call.inputs["name"],
        filterPattern=call.inputs["pattern"],
        metricTransformations=[request],
    )
    return {}


def _create_metric_filter(call: Call) -> Made:
    return Made(str(call.inputs["name"]), _put_metric_filter(call))


def _read_metric_filter(call: Call) -> Properties | None:
    found = call.aws("logs").describe_metric_filters(
        logGroupName=call.old["logGroupName"], filterNamePrefix=call.id
    )["metricFilters"]
    return {} if any(each["filterName"] == call.id for each in found) else None


METRIC_FILTER = Handler(
    create=_create_metric_filter,
    read=if_exists(_read_metric_filter),
    update=_put_metric_filter,
    delete=gone_is_fine(
        lambda call: call.aws("logs").delete_metric_filter(
            logGroupName=call.old["logGroupName"], filterName=call.id
        )
    ),
)
