// Starts Cornerstone once for the page and keeps the one rendering engine and tool group that all panes
// share: with an engine for each pane some of them stay empty. Heavy; reached by dynamic import only.
import { cache, Enums, init as initCore, RenderingEngine } from '@cornerstonejs/core';
import { init as initLoader } from '@cornerstonejs/dicom-image-loader';
import {
  addTool,
  init as initTools,
  LengthTool,
  PanTool,
  StackScrollTool,
  Enums as ToolEnums,
  ToolGroupManager,
  WindowLevelTool,
  ZoomTool,
} from '@cornerstonejs/tools';
import { drawsFasterOnCpu, rendererName } from './gpu';
import type { Tool } from './keys';

const groupId = 'viewer';
const { MouseBindings } = ToolEnums;
const cacheBytes = 512 * 1024 * 1024;

export const toolNames: Record<Tool, string> = {
  window: WindowLevelTool.toolName,
  scroll: StackScrollTool.toolName,
  zoom: ZoomTool.toolName,
  pan: PanTool.toolName,
  length: LengthTool.toolName,
};

let started: RenderingEngine | null = null;

export function sharedEngine(): RenderingEngine {
  if (started) return started;
  initCore({
    debug: { statsOverlay: false },
    rendering: { useCPURendering: drawsFasterOnCpu(rendererName()), webGlContextCount: 2 },
  });
  initLoader({ maxWebWorkers: Math.max(1, Math.min(4, (navigator.hardwareConcurrency || 2) - 1)) });
  initTools();
  for (const tool of [WindowLevelTool, StackScrollTool, ZoomTool, PanTool, LengthTool]) addTool(tool);
  cache.setMaxCacheSize(cacheBytes);
  started = new RenderingEngine('viewer');
  return started;
}

export function toolGroup() {
  const existing = ToolGroupManager.getToolGroup(groupId);
  if (existing) return existing;
  const group = ToolGroupManager.createToolGroup(groupId);
  if (!group) throw new Error('the tool group cannot be made');
  // Its own undo and redo keys would take Z from the zoom tool.
  group.addTool(toolNames.length, { actions: { undo: { bindings: [] }, redo: { bindings: [] } } });
  for (const tool of ['window', 'scroll', 'zoom', 'pan'] as const) group.addTool(toolNames[tool]);
  return group;
}

/** The left button and one finger do `tool`; wheel, middle, right button and two fingers stay the same. */
export function bindTools(tool: Tool) {
  const group = toolGroup();
  const fixed = {
    scroll: [{ mouseButton: MouseBindings.Wheel }],
    pan: [{ mouseButton: MouseBindings.Auxiliary }],
    zoom: [{ mouseButton: MouseBindings.Secondary }, { numTouchPoints: 2 }],
    window: [],
    length: [],
  };
  for (const name of Object.keys(toolNames) as Tool[]) {
    const chosen = name === tool ? [{ mouseButton: MouseBindings.Primary }, { numTouchPoints: 1 }] : [];
    const bindings = [...fixed[name], ...chosen];
    // Passive keeps lengths visible and their handles movable while another tool is in the hand.
    group.setToolPassive(toolNames[name], { removeAllBindings: true });
    if (bindings.length > 0) group.setToolActive(toolNames[name], { bindings });
  }
}

export const viewportType = Enums.ViewportType.STACK;
