"""The command line of semst_tf; installed as `semst_tf_commands`.

It lies outside the package `semst_tf`, whose import loads Keras: commands look
at their flags first.
"""
