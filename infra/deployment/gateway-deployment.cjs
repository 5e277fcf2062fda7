const { createHash } = require('node:crypto');

/** What a deployment of the gateway is a copy of. */
const deployedTypes =
  /^AWS::ApiGateway::(RestApi|Resource|Method|Authorizer|GatewayResponse|RequestValidator|Model)$/;

/**
 * Names the gateway's deployment by a hash of what it deploys, lets it wait for all of that, and gives it to our
 * own stage. The tool names it at random and waits for the methods alone: every deployment would change the
 * template, and the stage could miss a changed gateway response until the next one.
 */
function pinDeployment(resources, stageId) {
  const [oldId, deployment] = Object.entries(resources).find(
    ([, { Type }]) => Type === 'AWS::ApiGateway::Deployment',
  );
  const deployed = Object.entries(resources)
    .filter(([, { Type }]) => deployedTypes.test(Type))
    .sort(([one], [other]) => (one < other ? -1 : 1));
  const hash = createHash('sha256').update(JSON.stringify(deployed)).digest('hex').slice(0, 16);
  const id = `ApiGatewayDeployment${hash}`;

  delete resources[oldId];
  delete deployment.Properties.StageName;
  resources[id] = { ...deployment, DependsOn: deployed.map(([name]) => name) };
  resources[stageId].Properties.DeploymentId = { Ref: id };
}

module.exports = { pinDeployment };
