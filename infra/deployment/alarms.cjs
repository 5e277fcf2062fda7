/** The alarms that every Lambda and every table has alike. Those of one resource are in infra/resources/. */

const actions = [{ Ref: 'OperationsTopic' }];

const alarm = (properties) => ({
  Type: 'AWS::CloudWatch::Alarm',
  Properties: {
    Statistic: 'Sum',
    Period: 300,
    EvaluationPeriods: 1,
    Threshold: 1,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    TreatMissingData: 'notBreaching',
    AlarmActions: actions,
    ...properties,
  },
});

const watchedOfFunctions = [
  { metric: 'Errors', says: 'failed; its log says why, and what is transient is tried again' },
  {
    metric: 'Throttles',
    says: 'was refused a place to run: the concurrency of the account or its own is used up',
  },
];

const watchedOfTables = [
  { metric: 'ReadThrottleEvents', says: 'refuses reads' },
  { metric: 'WriteThrottleEvents', says: 'refuses writes' },
];

/** `functions`: name and logical id of each. */
function functionAlarms(functions) {
  const alarms = {};
  for (const { name, id } of functions) {
    for (const { metric, says } of watchedOfFunctions) {
      alarms[`${id}${metric}Alarm`] = alarm({
        AlarmDescription: `${name} ${says}.`,
        Namespace: 'AWS/Lambda',
        MetricName: metric,
        Dimensions: [{ Name: 'FunctionName', Value: { Ref: id } }],
      });
    }
  }
  return alarms;
}

function tableAlarms(resources) {
  const alarms = {};
  for (const [id, { Type }] of Object.entries(resources)) {
    if (Type !== 'AWS::DynamoDB::Table') continue;
    for (const { metric, says } of watchedOfTables) {
      alarms[`${id}${metric}Alarm`] = alarm({
        AlarmDescription: `${id} ${says}: one key is hotter than a partition bears, or the load has more than doubled.`,
        Namespace: 'AWS/DynamoDB',
        MetricName: metric,
        Dimensions: [{ Name: 'TableName', Value: { Ref: id } }],
      });
    }
  }
  return alarms;
}

module.exports = { functionAlarms, tableAlarms };
