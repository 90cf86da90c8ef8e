;;; fourlayer.el --- fourlayer with Eglot or lsp-mode  -*- lexical-binding: t -*-

;; Copy what you need into your init file, or load this one:  (load "<checkout>/editors/emacs/fourlayer.el")

;;; Code:

(defvar fourlayer-command '("fourlayer" "server" "--stdio")
  "The program that serves, and its arguments.")

(defvar fourlayer-modes '(typescript-ts-mode tsx-ts-mode typescript-mode)
  "The major modes of TypeScript files.")

;; Eglot runs one server in a buffer.  This makes it fourlayer; M-x eglot starts it.
(with-eval-after-load 'eglot
  (add-to-list 'eglot-server-programs (cons fourlayer-modes fourlayer-command)))

;; lsp-mode runs it beside the TypeScript server.
(with-eval-after-load 'lsp-mode
  (lsp-register-client
   (make-lsp-client :new-connection (lsp-stdio-connection (lambda () fourlayer-command))
                    :major-modes fourlayer-modes
                    :server-id 'fourlayer
                    :add-on? t)))

(provide 'fourlayer)
;;; fourlayer.el ends here
