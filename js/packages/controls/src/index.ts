/**
 * @objectsync/controls: the views of objectsync.controls. A page fetches them when it first shows one.
 */
import type { ViewClass } from '@objectsync/dom'
import { ButtonView, CheckboxView, ToggleButtonView } from './buttons.js'
import { RadioView, SelectView } from './choices.js'
import { LabelView, ProgressView, SpinnerView, ToastView } from './feedback.js'
import { HtmlView } from './html.js'
import { NumberView, TextView } from './inputs.js'
import { DialogView, SplitView, TabsView, TooltipView } from './layout.js'
import { ImageView, PlayerView } from './media.js'
import { LinesView } from './output.js'
import { ShownView } from './shown.js'
import { RangeSliderView, SliderView } from './sliders.js'

/** The views of all controls, to be registered. */
export const controls: readonly ViewClass[] = [
  ButtonView,
  CheckboxView,
  DialogView,
  HtmlView,
  ImageView,
  LabelView,
  LinesView,
  NumberView,
  PlayerView,
  ProgressView,
  RadioView,
  RangeSliderView,
  SelectView,
  ShownView,
  SliderView,
  SpinnerView,
  SplitView,
  TabsView,
  TextView,
  ToastView,
  ToggleButtonView,
  TooltipView,
]

export { ControlView, FieldView } from './base.js'
export { sanitized } from './html.js'
