window.voila_process = () => {};
