/**
 * @objectsync/controls: the views of objectsync.controls. A page fetches them when it first shows one.
 */
import type { ViewClass } from '@objectsync/dom'
import { ButtonView, CheckboxView, ToggleButtonView } from './buttons.js'
import { RadioView, SelectView } from './choices.js'
import { LabelView, ProgressView, SpinnerView, ToastView } from './feedback.js'
import { DownloadView, UploadView } from './files.js'
import { HtmlView } from './html.js'
import { DateView, NumberView, TextView } from './inputs.js'
import { DialogView, SplitView, TabsView } from './layout.js'
import { ImageView, PlayerView } from './media.js'
import { LinesView } from './output.js'
import { ShownView } from './shown.js'
import { RangeSliderView, SliderView } from './sliders.js'
import { TableView } from './table.js'
import { PlayView, TimerView } from './timing.js'
import { TooltipView } from './tooltip.js'

/** The views of all controls, to be registered. */
export const controls: readonly ViewClass[] = [
  ButtonView,
  CheckboxView,
  DateView,
  DialogView,
  DownloadView,
  HtmlView,
  ImageView,
  LabelView,
  LinesView,
  NumberView,
  PlayView,
  PlayerView,
  ProgressView,
  RadioView,
  RangeSliderView,
  SelectView,
  ShownView,
  SliderView,
  SpinnerView,
  SplitView,
  TableView,
  TabsView,
  TextView,
  TimerView,
  ToastView,
  ToggleButtonView,
  TooltipView,
  UploadView,
]

export { ControlView, FieldView } from './base.js'
export { sanitized } from './html.js'
