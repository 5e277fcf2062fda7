const { join } = require('node:path');
const { functionAlarms, tableAlarms } = require('./alarms.cjs');
const { gatewayResponses } = require('./gateway-responses.cjs');
const { executionRole } = require('./execution-role.cjs');
const { pinDeployment } = require('./gateway-deployment.cjs');
const { prepareLocalInvocation } = require('./local-invocation.cjs');

/**
 * The deployment tool's own step. It bundles the Lambdas, so that `npx serverless deploy|package|invoke local`
 * works from a fresh checkout, and adds to the template what is the same for each of them: its role, its alarms.
 */
class TidegatePlugin {
  constructor(serverless, options) {
    this.serverless = serverless;
    this.options = options;
    this.provider = serverless.getProvider('aws');
    serverless.configSchemaHandler.defineFunctionProperties('aws', {
      properties: { iamRoleStatements: { $ref: '#/definitions/awsIamPolicyStatements' } },
    });
    this.hooks = {
      initialize: () => this.prepareCommand(),
      'before:package:createDeploymentArtifacts': () => this.bundle(),
      'before:deploy:function:packageFunction': () => this.bundle(this.options.function),
      'before:invoke:local:invoke': () => this.bundle(this.options.function),
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

  /** Before the tool itself has read options, credentials or environments. */
  async prepareCommand() {
    if (this.serverless.processedInput.commands.join(' ') !== 'invoke local') return;
    const { serviceDir, service } = this.serverless;
    await prepareLocalInvocation({ serviceDir, functions: service.functions, options: this.options }).catch(
      (error) => {
        throw new this.serverless.classes.Error(error.message);
      },
    );
  }

  /** Bundles this Lambda, or all. A name that is in no function is the tool's to refuse. */
  async bundle(name) {
    const { bundleFunctions, functionNames } = await import('../bundle.js');
    const files = await functionNames();
    const declared = this.functions.map(([name]) => name);
    for (const name of declared) {
      if (!files.includes(name))
        this.refuse(`serverless.yml has ${name}, but there is no functions/${name}.ts.`);
    }
    for (const name of files) {
      if (!declared.includes(name))
        this.refuse(`There is functions/${name}.ts, but serverless.yml has no ${name}.`);
    }
    const only = files.includes(name) ? [name] : undefined;
    await bundleFunctions(join(this.serverless.serviceDir, 'dist'), only);
  }

  /** A fault of whoever reads it: the tool prints it without a stack. */
  refuse(sentence) {
    throw new this.serverless.classes.Error(sentence);
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

  async finishTemplate() {
    const { namedQueryResources } = await import('../lake/named-queries.ts');
    const { naming } = this.provider;
    const functions = this.functions.map(([name]) => ({ name, id: naming.getLambdaLogicalId(name) }));
    Object.assign(
      this.template.Resources,
      namedQueryResources(),
      functionAlarms(functions),
      tableAlarms(this.template.Resources),
      gatewayResponses(naming.getRestApiLogicalId()),
    );
    pinDeployment(this.template.Resources, naming.getStageLogicalId());
  }
}

module.exports = TidegatePlugin;
