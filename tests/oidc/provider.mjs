// A real identity provider for the tests: `oidc-provider` on a free loopback port. Whoever types `name@anything` is the
// subject `name@anything` with the claims `preferred_username` and `employee_number` = `name`, so that a test can give one name to two people.
// Prints its address, and ends when its standard input does. `--claims-in-token` puts all claims into the ID token.

import { createServer } from 'node:http';
import Provider from 'oidc-provider';

// Its warnings about a provider that is for development go nowhere: nobody reads our output after the first line.
for (const level of ['info', 'warn', 'error']) console[level] = () => undefined;

const CALLBACK = /^http:\/\/(127\.0\.0\.1|localhost):\d+\/api\/v1\/session\/oidc\/callback$/;

const server = createServer();
await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
const issuer = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: 'consult',
      client_secret: 'only-for-tests',
      // The product's port is not known yet: see below.
      redirect_uris: ['http://127.0.0.1/api/v1/session/oidc/callback'],
      grant_types: ['authorization_code'],
      response_types: ['code'],
    },
  ],
  claims: { openid: ['sub'], profile: ['preferred_username', 'employee_number'] },
  conformIdTokenClaims: !process.argv.includes('--claims-in-token'),
  cookies: { keys: ['only for tests'] },
  features: { devInteractions: { enabled: true } },
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => {
      const name = id.split('@')[0];
      return { sub: id, preferred_username: name, employee_number: name };
    },
  }),
  pkce: { methods: ['S256'], required: () => true },
});
provider.Client.prototype.redirectUriAllowed = (uri) => CALLBACK.test(uri);

server.on('request', provider.callback());
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
console.log(issuer);
