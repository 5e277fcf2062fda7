import { fromEnv } from '@aws-sdk/credential-provider-env';

/** Stands in for the SDK's chain of credential providers in a bundle: a Lambda's stand in its environment. */
export const defaultProvider = () => fromEnv();
