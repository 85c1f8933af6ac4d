/** A doctor that finds what it is told, when it is told, and a file for the support desk made of that. */
import type { CheckResult, Doctor, SupportBundle } from "../../doctor/types.ts";
import type { Text } from "../../errors.ts";

/** Titles of the real doctor's kind. */
const TITLES: Readonly<Record<string, Text>> = {
  "authority-name": { ja: "認証局の名前解決(DNS)", en: "Name of the authority (DNS)" },
  "authority-tcp": { ja: "認証局への接続(TCP)", en: "Connection to the authority (TCP)" },
  "proxy": { ja: "プロキシ", en: "Proxy" },
  "authority-tls": { ja: "認証局との暗号化通信(TLS)", en: "Encryption to the authority (TLS)" },
  "authority-http": { ja: "認証局の応答(HTTP)", en: "Answer of the authority (HTTP)" },
  "tls-inspection": { ja: "通信の検査(復号)", en: "Inspection of the traffic" },
  "clock": { ja: "パソコンの日付と時刻", en: "Date and time of this PC" },
  "keystore": { ja: "証明書ストア", en: "Keystore" },
  "certificate": { ja: "電子証明書", en: "Certificate" },
  "certificate-key": { ja: "電子証明書の秘密鍵", en: "Private key of the certificate" },
  "certificate-chain": { ja: "電子証明書の発行者", en: "Issuer of the certificate" },
  "certificate-revocation": { ja: "電子証明書の失効", en: "Revocation of the certificate" },
  "certificate-expiry": { ja: "電子証明書の有効期限", en: "End of the certificate" },
  "user": { ja: "サインインしているユーザ", en: "User who is signed in" },
  "remote-desktop": { ja: "リモートデスクトップ", en: "Remote desktop" },
  "conflicting-software": { ja: "影響のあるソフトウェア", en: "Software that interferes" },
  "version": { ja: "アプリのバージョン", en: "Version of the application" },
  "log": { ja: "ログファイル", en: "Log file" },
  "disk": { ja: "ディスクの空き容量", en: "Free space on the disk" },
  "browsers": { ja: "ブラウザ", en: "Browsers" },
};

const FINE: Pick<CheckResult, "state" | "finding" | "advice"> = {
  state: "ok",
  finding: { ja: "問題はありません。", en: "Nothing is wrong." },
  advice: undefined,
};

export class FakeDoctor implements Doctor {
  readonly checks = Object.entries(TITLES).map(([id, title]) => ({ id, title }));
  /** What is not fine, by check. */
  findings: Record<string, Pick<CheckResult, "state" | "finding" | "advice">> = {};
  /** The checks of each run. */
  readonly runs: (readonly string[])[] = [];
  /** How many results come by themselves; the rest waits for {@link release}. */
  holdAfter = Infinity;
  /** Thrown by `run()`, which a real doctor never does. */
  error: Error | undefined;
  #held = Promise.withResolvers<void>();

  /** Lets a run that is held go on to its end. */
  release(): void {
    this.holdAfter = Infinity;
    this.#held.resolve();
    this.#held = Promise.withResolvers();
  }

  async run(
    { only, onResult }: { only?: readonly string[]; onResult?: (result: CheckResult) => void } = {},
  ): Promise<CheckResult[]> {
    const checks = this.checks.filter(({ id }) => only?.includes(id) ?? true);
    this.runs.push(checks.map(({ id }) => id));
    if (this.error !== undefined) throw this.error;
    const results: CheckResult[] = [];
    for (const { id, title } of checks) {
      if (results.length >= this.holdAfter) await this.#held.promise;
      const result = { id, title, ...(this.findings[id] ?? FINE), elapsedMs: 12 };
      results.push(result);
      onResult?.(result);
    }
    return results;
  }
}

/** Files for the support desk: as many as are asked for. */
export class FakeSupport {
  entries = [
    { name: "doctor.txt", text: "clock: ok\nproxy: failed <b>proxy.test:3128</b>\n" },
    { name: "ApplicationLog.log", text: '{"event":"web.opened","port":1}\n' },
    { name: "versions.json", text: '{"version":"0.0.0-test"}\n' },
  ];
  /** No text in any encoding. */
  readonly bytes = Uint8Array.of(0x50, 0x4b, 0x03, 0x04, 0x00, 0xff, 0xfe, 0x0d, 0x0a, 0x80);
  /** How many were made. */
  made = 0;
  /** Thrown instead. */
  error: Error | undefined;
  /** While it is there, nothing is made. */
  hold: Promise<void> | undefined;

  make = async (): Promise<SupportBundle> => {
    await this.hold;
    if (this.error !== undefined) throw this.error;
    this.made++;
    return {
      fileName: "hakko-support-20261123-1554.zip",
      entries: this.entries,
      zip: () => Promise.resolve(this.bytes),
    };
  };
}
