// Passkeys between the server's JSON and the browser's buffers (WebAuthn Level 2; browsers of the village have no
// `parseCreationOptionsFromJSON` yet). Knows no screen.

/** What the server sends as `publicKey`: buffers are base64url text. */
interface Descriptor {
  id: string;
  type: 'public-key';
  transports?: AuthenticatorTransport[];
}
export interface CreationOptions {
  publicKey: Omit<PublicKeyCredentialCreationOptions, 'challenge' | 'user' | 'excludeCredentials'> & {
    challenge: string;
    user: { id: string; name: string; displayName: string };
    excludeCredentials?: Descriptor[];
  };
}
export interface RequestOptions {
  publicKey: Omit<PublicKeyCredentialRequestOptions, 'challenge' | 'allowCredentials'> & {
    challenge: string;
    allowCredentials?: Descriptor[];
  };
}

export function passkeysWork(): boolean {
  return typeof PublicKeyCredential !== 'undefined' && window.isSecureContext;
}

export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replace(/-/g, '+').replace(/_/g, '/'));
  return Uint8Array.from(plain, (char) => char.charCodeAt(0));
}

export function textOf(buffer: ArrayBuffer): string {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}

const described = (list: Descriptor[] | undefined) =>
  (list ?? []).map((one) => ({ ...one, id: bytesOf(one.id) }));

/** Asks the browser for a new passkey; rejects when the person turns away. */
export async function createPasskey({ publicKey }: CreationOptions): Promise<unknown> {
  const made = (await navigator.credentials.create({
    publicKey: {
      ...publicKey,
      challenge: bytesOf(publicKey.challenge),
      user: { ...publicKey.user, id: bytesOf(publicKey.user.id) },
      excludeCredentials: described(publicKey.excludeCredentials),
    },
  })) as PublicKeyCredential;
  const response = made.response as AuthenticatorAttestationResponse;
  return {
    id: made.id,
    rawId: textOf(made.rawId),
    type: made.type,
    extensions: {},
    response: {
      attestationObject: textOf(response.attestationObject),
      clientDataJSON: textOf(response.clientDataJSON),
    },
  };
}

/** The device holds a passkey of this account and makes no second one (WebAuthn Level 2, 6.3.2). */
export const isThereAlready = (refused: unknown): boolean =>
  refused instanceof DOMException && refused.name === 'InvalidStateError';

/** Asks the browser to answer with a passkey it has. */
export async function answerWithPasskey({ publicKey }: RequestOptions): Promise<unknown> {
  const shown = (await navigator.credentials.get({
    publicKey: {
      ...publicKey,
      challenge: bytesOf(publicKey.challenge),
      allowCredentials: described(publicKey.allowCredentials),
    },
  })) as PublicKeyCredential;
  const response = shown.response as AuthenticatorAssertionResponse;
  return {
    id: shown.id,
    rawId: textOf(shown.rawId),
    type: shown.type,
    extensions: {},
    response: {
      authenticatorData: textOf(response.authenticatorData),
      clientDataJSON: textOf(response.clientDataJSON),
      signature: textOf(response.signature),
      userHandle: response.userHandle ? textOf(response.userHandle) : null,
    },
  };
}
