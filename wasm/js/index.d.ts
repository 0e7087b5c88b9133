import type { DelegatedDomains, Domains, SignedOperation } from './api.js';

export type * from './api.js';
export type * as types from './types.js';

/** What every client can be told. */
export interface DfnsBaseApiOptions {
  /** Where the service is: HTTPS, or HTTP on loopback. Without it, `https://api.dfns.io`. */
  baseUrl?: string | undefined;
  /** The bearer token: of a service account, a personal access token, or a user's. */
  authToken?: string | undefined;
  /** The token that a registration or recovery challenge hands out, for the operations that take it. */
  temporaryToken?: string | undefined;
  /** The organisation that `authToken` has to be of; another token is refused before anything is sent. */
  orgId?: string | undefined;
  /** More headers for every request, such as a gateway's key. */
  headers?: Record<string, string> | undefined;
  /** Sends instead of the global `fetch`: a service binding's, a proxy's. It must follow no redirect. */
  fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined;
  /** How long one request may take, in milliseconds; 0 for as long as it takes. Without it, 30 seconds. */
  timeout?: number | undefined;
  /** The largest answer that is taken, in bytes. Without it, 32 MiB. */
  limit?: number | undefined;
}

export type DfnsDelegatedApiClientOptions = DfnsBaseApiOptions;

export interface DfnsApiClientOptions extends DfnsBaseApiOptions {
  /** Answers challenges: the operations that are signed need it. */
  signer?: CredentialSigner | undefined;
}

/** What one call can be told. */
export interface CallOptions {
  /** Ends the call when it is aborted. The error says whether the action can have happened. */
  signal?: AbortSignal | undefined;
}

/** Every operation of the API, signed by the client's signer where it has to be. */
export declare class DfnsApiClient {
  constructor(options?: DfnsApiClientOptions);
}
export interface DfnsApiClient extends Domains {}

/** Every operation of the API; what is signed comes in two halves, and somebody else signs in between. */
export declare class DfnsDelegatedApiClient {
  constructor(options?: DfnsDelegatedApiClientOptions);
  /**
   * Begins a signed call and parks it: the challenge for whoever signs, and a text to keep until then.
   *
   * The text holds what is signed, byte for byte, so nobody has to build the request again. It never holds the token.
   * It does hold the request's body: keep it as you would keep that.
   */
  begin(name: SignedOperation, request?: object, options?: CallOptions): Promise<Parked>;
  /** Finishes a parked call, here or in another process, with the signer's answer. A challenge is answered once. */
  finish(parked: string, signed: Assertion | FirstFactorAssertion, options?: CallOptions): Promise<unknown>;
}
export interface DfnsDelegatedApiClient extends DelegatedDomains {}

/** A call that waits for its signature. */
export interface Parked {
  challenge: UserActionChallenge;
  /** To be given to `finish` as it is. */
  parked: string;
}

/**
 * The steps of calls, for whoever sends in their own way: over another protocol, through a queue, in a test. It sends
 * nothing and signs nothing.
 */
export declare class DfnsMachine {
  constructor(options?: Omit<DfnsBaseApiOptions, 'fetch' | 'timeout'>);
  /** Starts a call by its domain and name, such as `wallets.createWallet`; a `file` is what an upload sends. */
  start(name: SignedOperation | (string & {}), request?: object, file?: Upload): Promise<DfnsCall>;
}

/**
 * One call, step by step. A move that the step does not allow is an error, and so is what cannot be done; after an
 * error that is not about the move itself, the call is over.
 */
export interface DfnsCall {
  /** The name of the operation, such as `createWallet`. */
  readonly operation: string;
  /** What is to be done. */
  readonly step: Step;
  /**
   * Takes the answer to the request, of any status. Read no further than the client's `limit` and one byte, follow no
   * redirect, and do not send a request twice.
   */
  receive(answer: {
    status: number;
    /** A `Headers`, or an object whose names are in small letters. */
    headers: Headers | Record<string, string | string[] | undefined>;
    body: Uint8Array;
  }): void;
  /** Takes the answer to the challenge: of a `CredentialSigner`, or what a frontend sends. */
  complete(signed: Assertion | FirstFactorAssertion): void;
  /**
   * The error to throw when no answer came, or only its beginning, with that status: its `happened` says what is known of
   * the action.
   */
  lost(message: string, cause?: unknown, status?: number): DfnsError;
  /** Forgets the call, which nobody goes on with. */
  free(): void;
}

/** What is to be done. */
export type Step =
  | {
      kind: 'send';
      stage: Stage;
      request: { method: string; url: string; headers: Record<string, string>; body: Uint8Array | undefined };
    }
  | { kind: 'sign'; challenge: UserActionChallenge }
  | { kind: 'done'; result: unknown };

/** A list that comes in pages. */
export type Paged<Request, Page, Item, Optional extends boolean> = Optional extends true
  ? {
      (request?: Request, options?: CallOptions): Promise<Page>;
      /** The pages, from the one that is asked for on. Each is fetched when it is wanted. */
      pages(request?: Request, options?: CallOptions): AsyncGenerator<Page, void, undefined>;
      /** The items of all pages. */
      items(request?: Request, options?: CallOptions): AsyncGenerator<Item, void, undefined>;
    }
  : {
      (request: Request, options?: CallOptions): Promise<Page>;
      /** The pages, from the one that is asked for on. Each is fetched when it is wanted. */
      pages(request: Request, options?: CallOptions): AsyncGenerator<Page, void, undefined>;
      /** The items of all pages. */
      items(request: Request, options?: CallOptions): AsyncGenerator<Item, void, undefined>;
    };

/** A table as comma-separated values. */
export interface Csv {
  text: string;
  /** Whether the service cut the table short: ask for a shorter period. */
  truncated: boolean;
}

/** A file to upload. */
export interface Upload {
  name: string;
  bytes: Uint8Array | ArrayBuffer;
}

/** A step of a call. */
export type Stage = 'prepare' | 'init' | 'sign' | 'complete' | 'action';

export type ErrorKind =
  /** What was handed in cannot be used. */
  | 'argument'
  /** A token is missing, or in an answer and cannot be used. */
  | 'token'
  /** The signer did not sign, or gave no assertion. */
  | 'signer'
  /** The assertion cannot answer the challenge. */
  | 'assertion'
  /** The transport failed: no connection, a time limit, an answer cut short. */
  | 'transport'
  /** Aborted before anything was sent. */
  | 'aborted'
  /** The service, or something before it, answered with a status other than 2xx. */
  | 'refused'
  /** A policy holds the action back. */
  | 'accepted'
  /** The answer is not what the API promises. */
  | 'undecodable'
  /** The answer is larger than the limit. */
  | 'tooLarge'
  /** A mistake in this package. */
  | 'internal'
  | (string & {});

/** Why a call did not come to its result. */
export declare class DfnsError extends Error {
  constructor(httpStatus: number, message: string, context?: unknown);
  /** The status of the answer; -1 when there is none. */
  readonly httpStatus: number;
  /** Of a refusal: its `url`, `headers` and `body`, as JSON where it is some. */
  readonly context?: unknown;
  readonly kind: ErrorKind;
  /** The operation's name, such as `createWallet`. */
  readonly operation?: string | undefined;
  /** The step at which it failed. */
  readonly stage: Stage;
  /** Whether the action can have been carried out. Ask before you send anything again. */
  readonly happened: 'never' | 'certainly' | 'unknown';
  /** The service's reference for support. */
  readonly id?: string | undefined;
}

/** A signed action that a policy holds back until it is approved. Nothing has happened yet, and it may still. */
export declare class PolicyPendingError extends DfnsError {
  static readonly HTTP_ACCEPTED: 202;
  constructor(context: unknown);
}

export type CredentialFactor = 'first' | 'second' | 'either' | (string & {});
export type CredentialKind =
  | 'Key'
  | 'PasswordProtectedKey'
  | 'Fido2'
  | 'Password'
  | 'Totp'
  | 'RecoveryKey'
  | (string & {});

/** What the service wants signed. */
export interface UserActionChallenge {
  challenge: string;
  /** It goes back with the signature. Valid once, for 15 minutes. */
  challengeIdentifier: string;
  supportedCredentialKinds: { kind: CredentialKind; factor?: CredentialFactor; requiresSecondFactor: boolean }[];
  userVerification?: 'required' | 'preferred' | 'discouraged' | (string & {});
  attestation?: string;
  allowCredentials: {
    key: AllowCredential[];
    webauthn: AllowCredential[];
    passwordProtectedKey?: (AllowCredential & { encryptedPrivateKey?: string })[];
  };
  externalAuthenticationUrl?: string;
  rp?: { id: string; name?: string };
}

export interface AllowCredential {
  type?: 'public-key' | (string & {});
  id: string;
}

/** A signature by a key. Binary values are base64url without padding. */
export interface KeyAssertion {
  kind: 'Key' | 'PasswordProtectedKey';
  credentialAssertion: { credId: string; clientData: string; signature: string; algorithm?: string | undefined };
}

/** A signature by a passkey. Binary values are base64url without padding. */
export interface Fido2Assertion {
  kind: 'Fido2';
  credentialAssertion: {
    credId: string;
    clientData: string;
    authenticatorData: string;
    signature: string;
    userHandle?: string | undefined;
  };
}

export interface PasswordAssertion {
  kind: 'Password';
  password: string;
}

export interface TotpAssertion {
  kind: 'Totp';
  otpCode: string;
}

export type FirstFactorAssertion = KeyAssertion | Fido2Assertion | PasswordAssertion;
export type SecondFactorAssertion = KeyAssertion | Fido2Assertion | TotpAssertion;

/** The answer to a challenge, of one factor or two. */
export interface Assertion {
  firstFactor: FirstFactorAssertion;
  secondFactor?: SecondFactorAssertion | undefined;
}

/** The answer to a challenge, with its identifier. */
export interface SignedChallenge extends Assertion {
  challengeIdentifier: string;
}

/** Answers challenges. Nothing has happened to the action when it fails. */
export interface CredentialSigner<T extends FirstFactorAssertion | Assertion = FirstFactorAssertion | Assertion> {
  sign(challenge: UserActionChallenge): Promise<T>;
}

/** A new credential that answers the challenge of a registration. */
export interface Attestation<Kind extends string = string> {
  credentialKind: Kind;
  credentialInfo: { credId: string; clientData: string; attestationData: string };
}

/** What a registration's challenge tells a signer. */
export interface RegistrationChallenge {
  challenge: string;
  pubKeyCredParams?: readonly { type: 'public-key' | (string & {}); alg: number }[];
  user: { id: string; name: string; displayName: string };
  attestation?: string;
  excludeCredentials?: readonly AllowCredential[];
  authenticatorSelection?: object;
}

/** Signs with a private key. */
export declare class AsymmetricKeySigner implements CredentialSigner<KeyAssertion> {
  /**
   * With PEM, the key is used inside a WebAssembly module, of any algorithm that Dfns takes, and wiped there by
   * `free()`; the text stays where you have it. With a `CryptoKey` (Ed25519, P-256, RSA) nobody sees the key.
   */
  constructor(options: {
    credId: string;
    privateKey: string | CryptoKey;
    /** Of an encrypted PEM. */
    passphrase?: string;
    /** Not needed: the key says what it is. */
    algorithm?: string;
  });
  sign(challenge: UserActionChallenge): Promise<KeyAssertion>;
  /** A new credential for this key, which has to be given as PEM. */
  create(challenge: { challenge: string }): Promise<Attestation<'Key'>>;
  /** Wipes the key from the module's memory. */
  free(): void;
}

/** Signs with a passkey, in a page of the relying party. */
export declare class WebAuthnSigner implements CredentialSigner<Fido2Assertion> {
  constructor(options: {
    relyingParty: { id: string; name: string };
    /** How long the user may take, in milliseconds. Without it, a minute. */
    timeout?: number;
  });
  sign(challenge: UserActionChallenge): Promise<Fido2Assertion>;
  /** Makes a passkey that answers the challenge of a registration. */
  create(challenge: RegistrationChallenge): Promise<Attestation<'Fido2'>>;
}

/** Bytes as base64url without padding. */
export declare function toBase64Url(bytes: Uint8Array | ArrayBuffer): string;
/** The bytes of a base64url text. */
export declare function fromBase64Url(text: string): Uint8Array;
