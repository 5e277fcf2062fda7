/** A role that one Lambda runs in: it may write its own log, and what its statements say. */
function executionRole(logGroupId, statements) {
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
        ],
      },
      Policies: [
        {
          PolicyName: 'what-it-does',
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: [
              {
                Effect: 'Allow',
                Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
                // The ARN of a log group ends in `:*`, which is its streams.
                Resource: { 'Fn::GetAtt': [logGroupId, 'Arn'] },
              },
              ...statements,
            ],
          },
        },
      ],
    },
  };
}

module.exports = { executionRole };
