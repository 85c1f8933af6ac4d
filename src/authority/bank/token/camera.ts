/** Reading a 2D code with the camera, on machines that have one. */
import { byId } from "./dom.ts";
import { readFrame } from "./image.ts";

/** Often enough for a hand that holds still, and the page stays quick. */
const LOOK_EVERY_MS = 200;

/** What becomes of what the camera sees. */
export interface CameraEvents {
  onCode(text: string): void;
  onFailure(): void;
}

/** Shows the camera's buttons where there is a camera. @returns What stops it. */
export function startCamera({ onCode, onFailure }: CameraEvents): () => void {
  const start = byId<HTMLButtonElement>("camera-start");
  const stop = byId<HTMLButtonElement>("camera-stop");
  const video = byId<HTMLVideoElement>("camera-video");
  let stream: MediaStream | undefined;
  /** Counts beginnings and ends: a camera that was allowed too late is switched off again. */
  let turn = 0;

  function setRunning(isRunning: boolean): void {
    start.hidden = isRunning;
    stop.hidden = video.hidden = !isRunning;
  }

  function end(): void {
    turn++;
    stream = switchOff(stream);
    video.srcObject = null;
    setRunning(false);
  }

  function look(watched: MediaStream): void {
    if (stream !== watched) return;
    const text = readFrame(video);
    if (text === undefined) {
      setTimeout(look, LOOK_EVERY_MS, watched);
      return;
    }
    end();
    onCode(text);
  }

  async function begin(): Promise<void> {
    const mine = ++turn;
    start.disabled = true;
    try {
      const picture = { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } };
      const opened = await navigator.mediaDevices.getUserMedia({ video: picture });
      if (mine !== turn) return void switchOff(opened);
      video.srcObject = stream = opened;
      setRunning(true);
      stop.focus();
      await video.play();
      look(opened);
    } catch {
      if (mine !== turn) return; // ended by hand before the first picture
      end();
      onFailure();
    } finally {
      start.disabled = false;
    }
  }

  start.addEventListener("click", () => void begin());
  stop.addEventListener("click", () => {
    end();
    start.focus();
  });
  void showIfPresent();
  navigator.mediaDevices?.addEventListener("devicechange", () => void showIfPresent());
  return end;
}

function switchOff(stream: MediaStream | undefined): undefined {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

async function showIfPresent(): Promise<void> {
  const devices = await navigator.mediaDevices?.enumerateDevices() ?? [];
  byId("camera").hidden = !devices.some((device) => device.kind === "videoinput");
}
