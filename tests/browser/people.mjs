// People at their browsers: one Chromium, one context for each person, signed in through the page.

import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { SCREENSHOTS } from './product.mjs';

export const PASSWORD = 'demo-only-2026';
export const DESK = { width: 1920, height: 1080 };
export const PHONE = { width: 390, height: 844 };

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const FLAGS = [
  '--lang=zh-CN',
  '--no-sandbox',
  '--use-fake-ui-for-media-stream',
  '--use-fake-device-for-media-stream',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

export class People {
  static async open(product) {
    const people = new People();
    people.product = product;
    people.browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
    return people;
  }

  /** A fresh browser of somebody who has not signed in; faults of the page itself are collected in `page.faults`. */
  async arrive({ viewport = DESK, language = 'zh-CN', address = this.product.address } = {}) {
    const context = await this.browser.newContext({
      baseURL: address,
      viewport,
      locale: 'zh-CN',
      timezoneId: 'Asia/Shanghai',
      permissions: ['camera', 'microphone'],
    });
    context.setDefaultTimeout(Number(process.env.CONSULT_PATIENCE_MS ?? 30_000));
    await context.addInitScript(watchPeers);
    await context.addInitScript((chosen) => {
      localStorage.getItem('consult.language') ?? localStorage.setItem('consult.language', chosen);
    }, language);
    const page = await context.newPage();
    page.faults = [];
    page.on('pageerror', (error) => page.faults.push(String(error)));
    return page;
  }

  /** Signs in by the form and waits for the person's own first screen. */
  async signIn(login, options) {
    const page = await this.arrive(options);
    await page.goto('/');
    await fillSignIn(page, login, PASSWORD);
    await page.locator('.shell').waitFor();
    return page;
  }

  /** After each test: pictures of what everybody saw last if it failed, then everybody leaves. */
  async leave(test) {
    for (const [at, context] of this.browser.contexts().entries()) {
      const page = context.pages()[0];
      const name = `failed-${test.name.replace(/\W+/g, '-').slice(0, 60)}-${at}.png`;
      if (!test.passed) await page?.screenshot({ path: join(SCREENSHOTS, name) }).catch(() => undefined);
      await context.close();
    }
  }

  async close() {
    await this.browser.close();
  }
}

export async function fillSignIn(page, login, password) {
  await page.getByLabel(/^(账号|Account)$/).fill(login);
  await page.getByLabel(/^(密码|Password)$/).fill(password);
  await page.getByRole('button', { name: /^(登录|Sign in)$/ }).click();
}

/** Keeps every peer connection that the page makes, so that a test can ask for its statistics. */
function watchPeers() {
  const Native = window.RTCPeerConnection;
  window.peers = [];
  window.RTCPeerConnection = class extends Native {
    constructor(...settings) {
      super(...settings);
      window.peers.push(this);
    }
  };
}

/** Frames decoded so far by every live peer connection of the page, all videos together. */
export function framesDecoded(page) {
  return page.evaluate(async () => {
    let frames = 0;
    for (const peer of window.peers) {
      if (peer.connectionState === 'closed') continue;
      for (const report of (await peer.getStats()).values()) {
        if (report.type === 'inbound-rtp' && report.kind === 'video') frames += report.framesDecoded ?? 0;
      }
    }
    return frames;
  });
}
