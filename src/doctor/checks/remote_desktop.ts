import { type Check, ok, type Verdict, warning } from "../check.ts";

/** Is this the PC in front of the person? A certificate stays on the one that the app runs on. */
export const remoteDesktop: Check = {
  id: "remote-desktop",
  title: { ja: "リモート接続", en: "Remote session" },
  run: ({ parts: { os, env } }) => {
    if (os === "windows") {
      // "Console" at the PC itself, "RDP-Tcp#3" over Remote Desktop.
      const isRemote = /^(rdp-|ica-)/i.test(env("SESSIONNAME") ?? "");
      return Promise.resolve(isRemote ? remote("リモートデスクトップ", "Remote Desktop") : here());
    }
    if (env("XRDP_SESSION")) {
      return Promise.resolve(remote("リモートデスクトップ(xrdp)", "remote desktop (xrdp)"));
    }
    if (env("SSH_CONNECTION")) return Promise.resolve(remote("SSH", "SSH"));
    return Promise.resolve(here());
  },
};

function here(): Verdict {
  return ok({ ja: "このパソコンを直接操作しています。", en: "This is no remote session" });
}

function remote(ja: string, en: string): Verdict {
  return warning(
    {
      ja: `${ja}で接続しています。証明書は手元ではなく、接続先のパソコンに入ります。`,
      en: `This is a session by ${en}: certificates go to that PC, not to the one before you`,
    },
    {
      ja: "インターネットバンキングに使うパソコンで、アプリを直接起動してください。",
      en: "Start the app on the PC on which you use the internet banking",
    },
  );
}
