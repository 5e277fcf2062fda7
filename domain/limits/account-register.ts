/**
 * Has accounts known before they report, so that they are listed and evaluated like those that did.
 *
 * Promise: once a call has resolved, the registry has the account. Repeating it changes nothing.
 */
export interface AccountRegister {
  register(tenantId: string, accountId: string): Promise<void>;
}
