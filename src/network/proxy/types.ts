/**
 * What the rest of the app knows of proxies.
 *
 * @module
 */

/** What a proxy wants before it lets a request through. */
export interface ProxyChallenge {
  /** `host:port`, for a person. */
  proxy: string;
  /** The schemes as offered, e.g. `["Basic"]`. */
  schemes: readonly string[];
  /** What was given before was refused: G009e, `proxy/credentials-refused`. */
  isRefused: boolean;
}

/** The person's name and password at the proxy: not those of the bank. */
export interface ProxyCredentials {
  username: string;
  password: string;
}

/** One per app: requests that meet "proxy authentication required" wait in it. */
export interface ProxyAuthentication {
  /** What is asked at this moment. */
  pending(): ProxyChallenge | undefined;
  /** Resolves as soon as a challenge is pending; rejects with the signal's reason. */
  asked(signal?: AbortSignal): Promise<ProxyChallenge>;
  /**
   * Gives the answer: the waiting requests go on by themselves. Nothing is asked: nothing happens.
   *
   * @param options `keep`: in the OS's secret store, if there is one, once the proxy has accepted them.
   * @throws {AppError} `input/invalid` with its field, for a name with a colon: Basic has no way to send one.
   */
  answer(credentials: ProxyCredentials, options: { keep: boolean }): void;
  /** Nobody will answer: the waiting requests fail with `network/proxy-credentials-needed`. */
  cancel(): void;
  /** Whether there is a secret store to keep them in. */
  canKeep(): Promise<boolean>;
}

/** How to get to a host: straight, or through an HTTP proxy by CONNECT. */
export type ProxyRoute = { readonly kind: "direct" } | {
  readonly kind: "proxy";
  /** `http://host:port` or `https://host:port`: no path, no credentials. */
  readonly url: string;
  /** `host:port`, for a person. */
  readonly address: string;
  /** Those that stood in the proxy's URL. Never shown, never logged. */
  readonly credentials?: ProxyCredentials;
};

/** Proxy settings as this system has them. */
export interface SystemProxy {
  /**
   * @param url Where the request goes.
   * @throws {AppError} `network/proxy-unusable` if the setting names something that is no HTTP proxy.
   */
  resolve(url: string): Promise<ProxyRoute>;
}

/** What counts for this app: flag before profile before system. */
export interface ProxySettings {
  /** `--proxy`: `direct` or a URL. */
  flag?: string | undefined;
  /** The profile's: `system`, `direct` or a URL. */
  profile?: string | undefined;
  /** The system's, which counts where the others say nothing. */
  system: SystemProxy;
}
