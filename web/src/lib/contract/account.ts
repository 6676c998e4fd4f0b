// Who is signed in, and what they sign in with.

import type { Id, Position, Time } from './common';

export interface Me {
  person: { id: Id; name: string; login: string };
  position: Position;
  positions: Position[];
  alliance: { id: Id; name: string; timezone: string };
  demo: boolean;
  /** What must be done before the server answers anything else. */
  owed: 'password' | 'second_factor' | null;
  second_factor_off: boolean;
  server_time: Time;
}
export interface SignInWays {
  /** What the button for the identity provider says. */
  oidc: string | null;
}
export interface OwnSession {
  id: Id;
  device: string;
  from_address: string;
  created_at: Time;
  seen_at: Time;
  expires_at: Time;
  current: boolean;
}
export interface OwnFactor {
  id: Id;
  kind: 'totp' | 'passkey';
  name: string;
  confirmed_at: Time;
  used_at: Time | null;
}
export interface Factors {
  factors: OwnFactor[];
  recovery_codes_left: number;
  required: boolean;
  passkeys_possible: boolean;
}
export interface NewTotp {
  id: Id;
  secret: string;
  uri: string;
  /** SVG */
  qr: string;
}
export interface NewPasskey {
  challenge: string;
  options: unknown;
}
export interface OwnToken {
  id: Id;
  name: string;
  scopes: string[];
  created_at: Time;
  used_at: Time | null;
  expires_at: Time;
}
export interface OwnTokens {
  items: OwnToken[];
  /** What my position can give a token. */
  scopes: string[];
}
export interface FactorAdded {
  /** Shown once. */
  recovery_codes: string[] | null;
}
