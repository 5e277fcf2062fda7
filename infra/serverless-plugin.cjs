/**
 * The deployment tool's own step: bundles the Lambdas before they are packaged or invoked locally, so that
 * `npx serverless deploy|package|invoke local` works from a fresh checkout.
 */
class BundlePlugin {
  constructor() {
    const bundle = async () => {
      const { bundleFunctions } = await import('./bundle.js');
      await bundleFunctions();
    };
    this.hooks = {
      'before:package:createDeploymentArtifacts': bundle,
      'before:deploy:function:packageFunction': bundle,
      'before:invoke:local:invoke': bundle,
    };
  }
}

module.exports = BundlePlugin;
