// A real identity provider beside the product, and somebody who signs in on its pages.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { ROOT } from './product.mjs';

export class Provider {
  static async start() {
    const provider = new Provider();
    const script = join(ROOT, 'tests/oidc/provider.mjs');
    provider.child = spawn(process.execPath, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
    const [said] = await once(provider.child.stdout, 'data');
    provider.issuer = String(said).trim();
    return provider;
  }

  /** What the product must be told. */
  get settings() {
    return {
      CONSULT__ACCESS__OIDC__ISSUER: this.issuer,
      CONSULT__ACCESS__OIDC__CLIENT_ID: 'consult',
      CONSULT__ACCESS__OIDC__CLIENT_SECRET: 'only-for-tests',
      CONSULT__ACCESS__OIDC__LABEL: '县卫健委统一认证',
    };
  }

  async stop() {
    this.child.stdin.end();
    await once(this.child, 'exit');
  }
}

/** Through the provider's pages, from the button on ours. */
export async function walk(page, login) {
  await page.getByRole('link', { name: '县卫健委统一认证' }).click();
  await page.locator('input[name="login"]').fill(login);
  await page.locator('input[name="password"]').fill('any');
  await page.locator('button[type="submit"]').click();
  await page.getByRole('button', { name: 'Continue' }).click();
}
