const { functionAlarms, tableAlarms } = require('./alarms.cjs');
const { gatewayResponses } = require('./gateway-responses.cjs');
const { executionRole } = require('./execution-role.cjs');
const { pinDeployment } = require('./gateway-deployment.cjs');

/**
 * The deployment tool's own step. It bundles the Lambdas, so that `npx serverless deploy|package|invoke local`
 * works from a fresh checkout, and adds to the template what is the same for each of them: its role, its alarms.
 */
class TidegatePlugin {
  constructor(serverless) {
    this.serverless = serverless;
    this.provider = serverless.getProvider('aws');
    serverless.configSchemaHandler.defineFunctionProperties('aws', {
      properties: { iamRoleStatements: { $ref: '#/definitions/awsIamPolicyStatements' } },
    });
    this.hooks = {
      'before:package:createDeploymentArtifacts': () => this.bundle(),
      'before:deploy:function:packageFunction': () => this.bundle(),
      'before:invoke:local:invoke': () => this.bundle(),
      'before:package:setupProviderConfiguration': () => this.addRoles(),
      'after:aws:package:finalize:mergeCustomProviderResources': () => this.finishTemplate(),
    };
  }

  get functions() {
    return Object.entries(this.serverless.service.functions);
  }

  get template() {
    return this.serverless.service.provider.compiledCloudFormationTemplate;
  }

  fault(sentence) {
    return new this.serverless.classes.Error(sentence);
  }

  async bundle() {
    const { bundleFunctions, functionNames } = await import('../bundle.js');
    const files = await functionNames();
    const declared = this.functions.map(([name]) => name);
    const fileless = declared.filter((name) => !files.includes(name));
    const undeclared = files.filter((name) => !declared.includes(name));
    if (fileless.length > 0)
      throw this.fault(
        `serverless.yml has ${fileless.join(', ')}, but there is no functions/${fileless[0]}.ts.`,
      );
    if (undeclared.length > 0)
      throw this.fault(
        `There is functions/${undeclared[0]}.ts, but serverless.yml has no function of this name.`,
      );
    await bundleFunctions();
  }

  /** One role a Lambda: before the tool would make one for all of them. */
  addRoles() {
    for (const [name, definition] of this.functions) {
      const logGroupId = this.provider.naming.getLogGroupLogicalId(name);
      const roleId = `${this.provider.naming.getNormalizedFunctionName(name)}Role`;
      this.template.Resources[roleId] = executionRole(logGroupId, definition.iamRoleStatements ?? []);
      definition.role = roleId;
    }
  }

  finishTemplate() {
    const { naming } = this.provider;
    const functions = this.functions.map(([name]) => ({ name, id: naming.getLambdaLogicalId(name) }));
    Object.assign(
      this.template.Resources,
      functionAlarms(functions),
      tableAlarms(this.template.Resources),
      gatewayResponses(naming.getRestApiLogicalId()),
    );
    pinDeployment(this.template.Resources, naming.getStageLogicalId());
  }
}

module.exports = TidegatePlugin;
