/**
 * The sentences by which walls, bot checks and error pages are known, in the words of those who serve them. What is
 * named `...Notice` is the whole of a title or headline; what is named `...Sentence` stands in a text that is short.
 * Pure; `Verdict.ts` says what counts when.
 */

export const consentTopic =
  /cookie|consent|gdpr|privacy|datenschutz|einwillig|confidentialit|privacidad|同意|クッキー|쿠키|隐私/i
export const consentVerb =
  /accept|agree|allow|reject|akzeptier|zustimm|accepter|aceptar|accetta|接受|同意|許可|동의|принять/i
/** How a page begins that lets nobody in who has not chosen. */
export const consentNotice =
  /^(before (you|we) continue|we value your privacy|your privacy( choices| matters)?|zustimmung|(weiterlesen )?mit werbung( weiterlesen)?|avant de continuer|continuer avec publicité|antes de continuar|tu privacidad|su privacidad|prima di continuare|在继续之前|继续之前)/i

export const loginWords =
  /\b(log ?in|sign ?in|log on|anmelden|einloggen|se connecter|connexion|iniciar sesi[oó]n|accedi|aanmelden)\b|登录|登入|请先登录|ログイン|로그인|войти|вход/i
export const loginSentence =
  /must (be logged|log|sign) in|(log|sign) in to (continue|view|read|see)|请(先)?登录|(尚未|还没有|没有)登录|您?需要(先)?登录|登录后(才能|可|方可|查看|继续)|扫码登录/i
export const loginNotice =
  /^((please )?(log ?in|sign ?in|log on)( to [\w'’ .&]{1,40}| with [\w'’ .&]{1,40})?|(bitte )?(anmelden|einloggen)|se connecter|connexion|iniciar sesi[oó]n|accedi|aanmelden|(请先|用户|账号|帐号|密码|扫码|手机号?)?(登录|登入)|ログイン|로그인|войти|вход)$/i

export const challengeTitle =
  /just a moment|attention required|are you (a )?(human|robot)|verify(ing)? (that )?you are (a )?human|checking your browser|security check|access denied|bot verification|human verification|ddos protection|请稍候|安全验证|人机验证|访问验证|ロボットではない/i
export const challengeText =
  /cf-chl|cloudflare|ray id|captcha|verify (that )?you are (a )?human|unusual traffic|enable javascript and cookies to continue|press (and|&) hold|incapsula|perimeterx|datadome|akamai|not a robot|滑动验证|完成验证|验证码/i
export const challengeFrame =
  /hcaptcha\.com|recaptcha|challenges\.cloudflare\.com|geo\.captcha-delivery\.com|arkoselabs|captcha|_incapsula_resource/i
export const challengeNotice =
  /^(making sure you['’]re not a bot|pardon our interruption|access to this page has been denied|let['’]?s confirm you are human|(please )?(verify|confirm) (that )?you are (a )?human|(press (and|&) hold to )?confirm you are a human( \(and not a bot\))?|sina visitor system|(当前|网络|访问)?环境异常|访问异常|系统检测到异常)$/i
export const challengeSentence =
  /please enable js and disable any ad ?blocker|browser made us think (that )?you (are|were|might be) a bot|press (and|&) hold to confirm you are|let['’]?s confirm you are human|(you['’]ve|you have) been blocked by network security|sorry, you have been blocked|request unsuccessful\. incapsula incident|needs to review the security of your connection|checking if the site connection is secure|unusual (traffic|activity) from your (computer )?network|环境(存在)?异常.{0,40}验证|访问(存在|行为)?异常.{0,40}验证|拖动(下方)?滑块/i

export const errorHeadline =
  /(^|\b)(404|410|500|502|503)\b.{0,40}(not found|error|gone|unavailable|bad gateway)|(page|article|file|content|site|seite|página|страница).{0,25}(not found|could ?n[o']t be found|cannot be found|does ?n[o']t exist|no longer (exists|available)|not available|nicht gefunden|no encontrada|не найдена)|^(error )?(404|410|500|502|503)( error)?$|not found$|page introuvable|something went wrong|internal server error|service unavailable|页面不存在|找不到(该|此|您)?.{0,6}页|页面未找到|内容(已被删除|不存在)|ページが見つかりません|페이지를 찾을 수 없/i
export const errorNotice =
  /^((oops|sorry|uh[- ]oh|whoops|error|hmm)\W+)*(404|404( error| page)?\W+(page )?not found|(page|file|content) not found|error 404|not found|(we |you )?(can['’]?t|cannot|could ?n['’o]t) (seem to )?find (the|this|that) page( you['’]re looking for| you are looking for| you were looking for)?|(this|that|the) page (does ?n['’]?o?t exist|is not available|isn['’]t available|can['’]?t be found|could not be found|no longer exists)|(the )?(service|site|website|page)( is)? temporarily unavailable|(503 )?service unavailable|error establishing a database connection|application error(: a (client|server)-side exception has occurred.*)?|(this )?account (has been )?suspended|451\W+unavailable (due to|for) legal reasons|[\w-]+(\.[\w-]+)+ (is|may be) for sale|(抱歉|对不起|很抱歉)?\W*(您|你)?(所)?(要)?(访问|查看|请求|查找)?的?(页面|文章|内容|帖子|网页)(不存在|已被删除|已删除|未找到|走丢了|找不到了?))$/i
export const errorSentence =
  /(down|closed) for (scheduled )?maintenance|error establishing a database connection|a (client|server)-side exception has occurred|this account has been suspended|buy this domain|domain (name )?(is|may be) for sale|this domain is parked|attempting to access this website from a country|unavailable (due to|for) legal reasons|(该|此)(内容|文章|帖子|主题|视频|微博|页面|公众号)(已|已经)?(被|由)?(发布者|作者|用户|管理员)?(自行)?(删除|下架)|此内容因违规无法查看|(该|此)域名(正在|可)?(出售|转让)|(系统|网站|服务器)(正在)?(维护|升级)中/i

/** An application that says why it shows nothing. */
export const scriptSentence =
  /you need to enable javascript to run this app|(we['’]ve|we have) detected that javascript is disabled|^(please )?(enable|turn on) javascript( in your browser)?( to (continue|view|use) (this|the) (page|site|app))?\W*$|doesn['’]t work properly without javascript enabled|javascript is (required|not available|disabled)\W+please enable (it|javascript)|请(先)?(开启|启用|打开) ?javascript/i

/** A page that says only this is not there yet. */
export const waitWords =
  /\bif you are not (automatically )?(redirected|forwarded|sent on)[^.!?]*|\b(loading|please wait|one moment|just a second|redirecting|(you are|you['’]re) (now )?being (redirected|forwarded|taken|transferred|sent( on)?)( to (a|the|your)? ?\w{1,20})?|wird geladen|bitte warten|chargement|cargando|caricamento|carregando|загрузка)\b|加载中|载入中|正在加载|(正在|即将)(为您)?跳转|请稍[候等]|読み込み中|로딩/gi
